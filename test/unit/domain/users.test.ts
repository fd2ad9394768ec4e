import { describe, expect, it } from 'vitest';
import { isUseWorthNoting } from '../../../shared/domain/token.ts';
import { adminToRemain } from '../../../shared/domain/user.ts';
import { anAppToken, anAppTokenRow, aUser } from '../../builders/access.ts';

describe('who must remain an admin', () => {
  const admin = aUser({ name: 'a' });
  const second = aUser({ name: 'b' });
  const disabled = aUser({ name: 'c', isDisabled: true });
  const viewer = aUser({ name: 'd', role: 'viewer' });
  const everybody = [admin, second, disabled, viewer];

  it.each([
    ['an admin is disabled', admin, { isDisabled: true }, everybody, second],
    ['an admin is demoted', admin, { role: 'viewer' as const }, everybody, second],
    ['the last is disabled', admin, { isDisabled: true }, [admin, disabled, viewer], 'missing'],
    ['the last is demoted', admin, { role: 'operator' as const }, [admin, disabled, viewer], 'missing'],
    ['the last stays one', admin, { role: 'admin' as const, isDisabled: false }, [admin], 'nobody'],
    ['a disabled admin is demoted', disabled, { role: 'viewer' as const }, [disabled], 'nobody'],
    ['a viewer is disabled', viewer, { isDisabled: true }, [viewer], 'nobody'],
    ['a viewer becomes admin', viewer, { role: 'admin' as const }, [viewer], 'nobody'],
  ])('when %s', (_, user, change, users, expected) => {
    expect(adminToRemain(user, change, users)).toEqual(expected);
  });
});

it.each([
  [undefined, 1_767_000_000, true],
  [1000, 1299, false],
  [1000, 1300, true],
])('a use last noted at %s is worth noting at %s: %s', (lastUsedSeconds, now, expected) => {
  expect(isUseWorthNoting({ ...anAppTokenRow(anAppToken()), lastUsedSeconds }, now)).toBe(expected);
});
