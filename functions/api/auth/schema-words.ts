/** Fields of requests about users and their tokens. */
import * as z from 'zod/mini';
import { maxUserNameBytes } from '../../../shared/domain/user.ts';

/** In a path a user is named, not made: the command line makes names that a route would not. */
export const NamedUser = z.string().check(z.minLength(1), z.maxLength(maxUserNameBytes));

export const NewUserName = z.string().check(z.maxLength(maxUserNameBytes), z.regex(/^[a-zA-Z0-9][a-zA-Z0-9._@-]*$/));

export const Role = z.enum(['admin', 'operator', 'viewer']);

/** Long enough that guessing takes years at the speed the login allows. */
export const NewPassword = z.string().check(z.minLength(12), z.maxLength(256));

export const AppTokenId = z.string().check(z.minLength(1), z.maxLength(64));
