import type { ArrayHost } from '../../ports/sdp.ts';
import type { ArraySession } from './array-session.ts';
import { refBody, refTo } from './refs.ts';
import { Initiator, Named } from './wire.ts';

const longestHostName = 32;

export const findHostNamed = async (session: ArraySession, name: string): Promise<ArrayHost | undefined> => {
  const hits = await session.list('hosts', { name }, Named);
  return hits.find((hit) => hit.name === name);
};

/** A host that an operator made before us is taken as it is; only its initiator matters. */
export const ensureHost = async (
  session: ArraySession,
  wanted: { readonly name: string; readonly os: string; readonly iqn: string },
): Promise<ArrayHost> => {
  if (wanted.name.length > longestHostName) {
    throw session.refuse(`a host name has at most ${longestHostName} characters`);
  }
  const host = await session.ensure(
    () => findHostNamed(session, wanted.name),
    () => session.create('hosts', { name: wanted.name, type: hostType(wanted.os), connectivity_type: 'iSCSI' }, Named),
  );
  await ensureInitiator(session, wanted.iqn, host);
  return { id: host.id, name: host.name };
};

/** `os` is what the agent reports: "Windows", "Windows Server 2022 Datacenter", "Linux", a distribution's name. */
const hostType = (os: string): 'Windows' | 'Linux' => (/^\s*windows/i.test(os) ? 'Windows' : 'Linux');

const ensureInitiator = async (session: ArraySession, iqn: string, host: ArrayHost): Promise<void> => {
  const hostRef = refTo('hosts', host.id);
  // The names of initiators are the same in capital and small letters (RFC 3722), and arrays keep them in small ones.
  const find = async () => {
    const hits = await session.list(
      'host_iqns',
      { iqn__in: [...new Set([iqn, iqn.toLowerCase()])].join(',') },
      Initiator,
    );
    return hits.find((hit) => hit.iqn.toLowerCase() === iqn.toLowerCase());
  };
  await session.ensure(
    async () => {
      const initiator = await find();
      if (initiator?.host === hostRef) return initiator;
      if (initiator === undefined || initiator.host === null) return undefined;
      throw session.refuse(`the initiator ${iqn} belongs to another host of the array (${initiator.host})`);
    },
    async () => {
      const lone = await find();
      const owned = { host: refBody(hostRef) };
      if (lone === undefined) return session.create('host_iqns', { iqn, ...owned }, Initiator);
      // It logged in before anybody knew it: the array lists it without a host.
      return session.update(refTo('host_iqns', lone.id), owned, Initiator);
    },
  );
};
