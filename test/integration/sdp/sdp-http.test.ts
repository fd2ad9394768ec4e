import { createSdpHttp } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { startRunningArray } from './running-array.ts';
import { describeSdpContract } from './sdp-contract.ts';

describeSdpContract('sdp-http', async () => {
  const array = await startRunningArray();
  const { url, caPem, credentials } = array;
  return { ...array, port: createSdpHttp({ url, caPem, ...credentials, requestTimeoutMs: 20_000 }) };
});
