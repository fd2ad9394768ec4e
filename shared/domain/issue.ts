/** Findings of a validation. Flex contract, section 8; clients test whether the code contains `IN_USE`. */
export const issueTypes = [
  'DB_NAME_IS_IN_USE',
  'DB_SNAPSHOT_IS_IN_USE',
  'DB_IS_IN_USE',
  'HOST_NOT_FOUND',
  'HOST_NOT_CONNECTED',
  'DB_NOT_FOUND',
  'DB_NOT_IN_SNAPSHOT',
  'DB_SNAPSHOT_NOT_FOUND',
  'DB_SNAPSHOT_NOT_ALLOWED',
  'DB_IS_NOT_A_CLONE',
  'DB_NAME_DUPLICATED',
  'DB_NAME_INVALID',
  'DB_VENDOR_MISMATCH',
  'SDP_MISMATCH',
  'VSS_NOT_AVAILABLE',
  'MISSING_HOST_PERMISSION',
  'RESOURCE_IS_LOCKED',
] as const;
export type IssueType = (typeof issueTypes)[number];

export interface Issue {
  readonly issue_type: IssueType;
  readonly description: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export const issue = (type: IssueType, description: string, body: Record<string, unknown> = {}): Issue => ({
  issue_type: type,
  description,
  body,
});
