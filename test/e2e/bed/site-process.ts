/**
 * A site as a process group of its own, to be killed with everything that belongs to it. Arguments: folder, hosts as JSON.
 * Says `ready <JSON>` on its output; ends in good order when its input ends.
 */
import { startSite } from '../../../local/site/site.ts';
import { z } from 'zod';
import { admin } from './site-bed.ts';

const Hosts = z.array(
  z.object({ hostId: z.string(), vendor: z.enum(['mssql', 'postgres']), databases: z.array(z.string()) }),
);

const [dataDir = '', hosts = '[]'] = process.argv.slice(2);
const site = await startSite({
  dataDir,
  port: 0,
  admin,
  sweepIntervalMs: 500,
  hosts: Hosts.parse(JSON.parse(hosts)),
});
process.stdout.write(`ready ${JSON.stringify({ url: site.url, caFile: site.caFile, array: site.array })}\n`);
process.stdin.resume();
process.stdin.on('end', () => {
  void site.stop().finally(() => process.exit(0));
});
