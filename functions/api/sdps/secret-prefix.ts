/** Functions may read secrets whose names begin so, and no others: infra/grants takes it from here. */
export const arraySecretPrefix = 'reprise/sdp';
