import { createSdpHttp } from '../../../shared/adapters/sdp-http/sdp-http.ts';
import { connectionTo, startRunningArray } from './running-array.ts';
import { describeSdpContract } from './sdp-contract.ts';

describeSdpContract('sdp-http', async () => {
  const array = await startRunningArray();
  return { ...array, port: createSdpHttp(connectionTo(array)) };
});
