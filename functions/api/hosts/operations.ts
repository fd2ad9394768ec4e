import { getFlexInfo } from './get-flex-info.ts';
import { getHost } from './get-host.ts';
import { getVersion } from './get-version.ts';
import { listHosts } from './list-hosts.ts';
import { registerHost } from './register-host.ts';
import { unregisterHost } from './unregister-host.ts';

export const operations = [registerHost, unregisterHost, getHost, listHosts, getFlexInfo, getVersion];
