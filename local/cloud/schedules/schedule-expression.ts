/** EventBridge schedule expressions: rates in milliseconds, cron in the five fields croner reads. */

export type Schedule =
  { readonly kind: 'rate'; readonly everyMilliseconds: number } | { readonly kind: 'cron'; readonly pattern: string };

const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const parseRate = (text: string): Schedule | null => {
  const match = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(text);
  const count = Number(match?.[1]);
  const unit = unitMilliseconds[match?.[2] ?? ''];
  // As on AWS: `1 minute` and `2 minutes`, never `1 minutes`.
  if (match === null || unit === undefined || count < 1 || (count === 1) !== (match[3] === '')) return null;
  return { kind: 'rate', everyMilliseconds: count * unit };
};

/** AWS counts Sunday as 1, cron as 0. */
const dayOfWeek = (field: string): string =>
  field === '?' ? '*' : field.replaceAll(/(?<![/\d])\d/g, (digit) => String(Number(digit) - 1));

const parseCron = (text: string): Schedule | null => {
  const fields = /^cron\((.+)\)$/.exec(text)?.[1]?.split(/\s+/) ?? [];
  const [minute, hour, dayOfMonth, month, weekday, year, ...more] = fields;
  if (
    minute === undefined ||
    hour === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    weekday === undefined
  )
    return null;
  const unsupported = year !== '*' || more.length > 0 || /[LW#]/.test(dayOfMonth) || /[#]|L$/.test(weekday);
  if (unsupported || (dayOfMonth === '?') === (weekday === '?')) return null;
  const pattern = [minute, hour, dayOfMonth === '?' ? '*' : dayOfMonth, month, dayOfWeek(weekday)].join(' ');
  return { kind: 'cron', pattern };
};

/** Throws for an expression AWS would refuse, and for the years, L, W and # that are not supported here. */
export const parseSchedule = (expression: string): Schedule => {
  const schedule = parseRate(expression) ?? parseCron(expression);
  if (schedule === null) throw new Error(`the embedded cloud does not understand the schedule ${expression}`);
  return schedule;
};
