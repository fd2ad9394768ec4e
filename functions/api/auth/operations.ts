import { login } from './login.ts';

export const operations = [login];
