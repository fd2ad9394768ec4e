/** `tsx infra/check-bundles.ts`: bundles, prints the sizes, fails when a handler is over the limit (design, budgets). */
import { bundleFunctions, type Bundle } from './bundle.ts';
import { rootsOf } from './sources.ts';

const budgetKb = 600;
const limitKb = 700;

const verdictOf = (kb: number): string => {
  if (kb > limitKb) return `over the limit of ${limitKb} kB`;
  return kb > budgetKb ? `over the budget of ${budgetKb} kB` : '';
};

const lineOf = ({ folder, bytes }: Bundle): string => {
  const kb = bytes / 1000;
  return `${kb.toFixed(0).padStart(5)} kB  ${folder.padEnd(36)} ${verdictOf(kb)}`.trimEnd();
};

const bundles = [...(await bundleFunctions(rootsOf([])))].sort((a, b) => b.bytes - a.bytes);
console.log(bundles.map(lineOf).join('\n'));
if (bundles.some(({ bytes }) => bytes / 1000 > limitKb)) process.exitCode = 1;
