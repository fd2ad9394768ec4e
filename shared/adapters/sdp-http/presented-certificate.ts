import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { arrayUnavailable } from '../../domain/errors.ts';
import type { PresentedCertificate } from '../../ports/sdp.ts';
import { arrayAddress } from './array-address.ts';

const httpsPort = 443;
/** Names in a certificate are whatever its owner wrote. */
const longestName = 300;

/**
 * What the array at `url` shows as its certificate, whoever signed it. Nothing is sent but the TLS handshake.
 *
 * Reading it is not trusting it: a person compares it with the array's console before it becomes an `ArrayTrust`.
 *
 * @throws TypeError when `url` is no address of an array. Rejects with ArrayUnavailable.
 */
export const readPresentedCertificate = (url: string, timeoutMs: number): Promise<PresentedCertificate> => {
  const { hostname, port } = arrayAddress(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => reject(arrayUnavailable('show its certificate', new Error(reason)));
    const socket = connect({
      host,
      port: port === '' ? httpsPort : Number(port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
    });
    const timer = setTimeout(() => {
      fail(`no handshake within ${timeoutMs} ms`);
      socket.destroy();
    }, timeoutMs);
    socket.once('close', () => {
      clearTimeout(timer);
      // Nothing when one of the others was first.
      fail('the connection was closed');
    });
    socket.once('error', (error: Error) => fail(error.message));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      if (certificate === undefined) fail('it shows none');
      else
        resolve({
          sha256: certificate.fingerprint256,
          subject: oneLine(certificate.subject),
          issuer: oneLine(certificate.issuer),
          validToSeconds: Math.floor(Date.parse(certificate.validTo) / 1000),
        });
      socket.destroy();
    });
  });
};

const oneLine = (name: string): string => name.split('\n').join(', ').slice(0, longestName);
