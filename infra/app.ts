/** Entry of the `cdk` command: `cdk deploy --all -c env=dev -c sdpUrl=https://array.example`. Bundles, synthesizes, checks. */
import { routeTable } from '../functions/api/route-table.ts';
import { buildApp } from './build-app.ts';
import { bundleFunctions } from './bundle.ts';
import { readContext } from './context.ts';
import { Nag } from './nag.ts';
import { rootsOf } from './sources.ts';

const { environmentName, overrides } = readContext(process.env);
await bundleFunctions(rootsOf(routeTable));
buildApp(environmentName, { environment: overrides, validations: [new Nag(environmentName)] }).synth();
