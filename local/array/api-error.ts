/** A refusal as the wire has it: a status and `{"error_msg": ...}`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** What cannot be done. krest retries every 5xx for ten minutes, so a refusal is always a 400. */
export const refused = (message: string): ApiError => new ApiError(400, message);

/** Somebody else is at it: drivers know this word and repeat a few times, a second apart. */
export const busy = (message: string): ApiError => new ApiError(400, `MC_ERR_BUSY: ${message}`);
