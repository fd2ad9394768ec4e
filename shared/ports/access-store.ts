/** The part of the store that knows who may speak: tokens, users, failed logins. */
import type { BrakeKey, BrakeMark, KnownPlace } from '../domain/login-brake.ts';
import type { AppToken, Token } from '../domain/token.ts';
import type { User, UserChange } from '../domain/user.ts';
import type { AuditEntry } from './store.ts';

export interface AccessStore {
  /** The token, and the user of that name as of the same moment: one call, since every call of the API makes it. */
  findBearer(
    tokenHash: string,
    userName: string | null,
  ): Promise<{ readonly token: Token | undefined; readonly user: User | undefined }>;
  /** Notes when an app's token was used; nothing where that was noted meanwhile, or the token is gone. */
  noteTokenUse(token: Token, nowSeconds: number): Promise<void>;
  /** Stores the token of somebody who logged in, and where they are known by it, unless that is null. */
  openSession(token: Token, known: KnownPlace | null, audit: AuditEntry): Promise<void>;
  /**
   * Stores what the user sees, and the token itself; `replaces`, where there is one, is gone then. False, and nothing is
   * written, once the user's epoch is another.
   */
  putAppToken(appToken: AppToken, token: Token, replaces: AppToken | null, audit: AuditEntry): Promise<boolean>;
  /** Of one user, also those that expired or were revoked with all others; in the order of their ids. */
  listAppTokens(user: string): Promise<readonly AppToken[]>;
  /** Both rows; false when there is none of this id. */
  revokeAppToken(user: string, tokenId: string, audit: AuditEntry): Promise<boolean>;
  putAudit(audit: AuditEntry): Promise<void>;
}

export interface UserStore {
  getUser(name: string): Promise<User | undefined>;
  /** By name. */
  listUsers(): Promise<readonly User[]>;
  /** False when there is one of this name. */
  createUser(user: User, audit: AuditEntry): Promise<boolean>;
  /**
   * A new password and a new epoch: every token given before is dead. False when there is no such user, or, where
   * `own` says which it replaces, when the stored hash is another by now. Whoever changes one's own is known there.
   */
  setPassword(
    name: string,
    passwordHash: string,
    own: { readonly replaces: string; readonly known: KnownPlace } | null,
    audit: AuditEntry,
  ): Promise<boolean>;
  /** Disabling begins a new epoch. `lastAdmin`: nobody would be left to manage users; nothing was written then. */
  changeUser(name: string, change: UserChange, audit: AuditEntry): Promise<User | 'absent' | 'lastAdmin'>;
}

export interface LoginBrakeStore {
  /** In the order of the keys, each of which is named once; and the user of that name, as of the same moment. */
  readBrakes<const KEYS extends readonly BrakeKey[]>(
    keys: KEYS,
    userName: string | null,
  ): Promise<{
    readonly marks: { readonly [INDEX in keyof KEYS]: BrakeMark };
    readonly user: User | undefined;
  }>;
  /** Takes one attempt out of a bucket as it is by now; false: it is empty. */
  takeAttempt(read: BrakeMark, nowSeconds: number): Promise<boolean>;
  /** Puts back one that was taken; nothing where the bucket is full. */
  giveBackAttempt(key: BrakeKey, nowSeconds: number): Promise<void>;
  /** Notes that the bucket is known to be empty; false when that was noted, or the mark moved. */
  noteEmpty(read: BrakeMark): Promise<boolean>;
}
