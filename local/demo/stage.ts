/** What every part of the demo works with. */
import type { ApiClient } from '../site/api-client.ts';
import type { Site } from '../site/site.ts';
import type { SqlSession } from './sql-session.ts';
import type { Writer } from './writer.ts';

export interface Stage {
  readonly site: Site;
  readonly api: ApiClient;
  /** To the source. */
  readonly from: SqlSession;
  /** On the source, all the while. */
  readonly writer: Writer;
}
