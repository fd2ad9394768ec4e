import { arrayRefused } from '../../domain/errors.ts';
import type { ArrayHost } from '../../ports/sdp.ts';
import type { MemoryState } from './array-contents.ts';

const longestHostName = 32;
const hostNamePattern = /^[A-Za-z0-9_-]+$/;
const initiatorPattern = /^(iqn|eui|naa)\.\S+$/;
const highestLun = 254;

export const ensureHost = (
  state: MemoryState,
  { name, os, iqn }: { readonly name: string; readonly os: string; readonly iqn: string },
): ArrayHost => {
  const what = `make the host ${name}`;
  if (name.length > longestHostName) throw arrayRefused(what, `a host name has at most ${longestHostName} characters`);
  if (!hostNamePattern.test(name)) throw arrayRefused(what, 'a host name has characters of A-Z a-z 0-9 _ -');
  if (!initiatorPattern.test(iqn)) throw arrayRefused(what, `${iqn} is no name of an initiator`);
  const owner = [...state.hosts.values()].find(({ iqns }) => iqns.includes(iqn));
  if (owner !== undefined && owner.name !== name) {
    throw arrayRefused(what, `the initiator ${iqn} belongs to another host of the array (${owner.name})`);
  }
  const host = state.hosts.get(name) ?? { id: state.nextId(), name, os, iqns: [] };
  state.hosts.set(name, { ...host, iqns: owner === undefined ? [...host.iqns, iqn] : host.iqns });
  return { id: host.id, name };
};

export const ensureMapping = (state: MemoryState, viewName: string, hostName: string): void => {
  const what = `map the view ${viewName} to ${hostName}`;
  const view = state.views.get(viewName);
  if (view === undefined) throw arrayRefused(what, `there is no view ${viewName}`);
  if (!state.hosts.has(hostName)) throw arrayRefused(what, `there is no host ${hostName}`);
  const views = state.mappings.filter(({ host }) => host === hostName).map(({ view: name }) => name);
  if (views.includes(viewName)) return;
  const luns = views.reduce((count, name) => count + (state.views.get(name)?.volumes.length ?? 0), 0);
  if (luns + view.volumes.length > highestLun) throw arrayRefused(what, 'the host has no free lun left');
  state.mappings = [...state.mappings, { view: viewName, host: hostName }];
};

export const removeMappings = (state: MemoryState, viewName: string): void => {
  state.mappings = state.mappings.filter(({ view }) => view !== viewName);
};
