import { expect, it } from 'vitest';
import { scanAccount } from '../../lib/jobs/scan.ts';
import { alice, type Person } from '../caller/sts.ts';
import { desk, folder } from '../cli/desk.ts';
import { standIn } from '../cli/stand-in.ts';
import { ask, cookieOf } from './desk.ts';
import { openConsole } from './opened.ts';

const account = 'modulus-sandbox';
const target = `${account}#${account}#endpoint#102`;
const pathOf = (act: string): string => `${act}?target=${encodeURIComponent(target)}`;

/** The console of somebody who has rights on functions, and no policy, table or credential of a provider. */
const deployed = async (person: Person) => {
  const here = await desk();
  const stack = await standIn(here, [person]);
  await scanAccount(await stack.ports('schedule:scan'), account, { acceptShrink: false });
  const { url } = await openConsole({ folder: await folder(), env: {} }, '--stack', 'hooksweep-dev');
  const cookie = cookieOf(await ask(url));
  const { origin, pathname } = new URL(url);
  const get = async (path: string) => (await ask(`${origin}${pathname}${path}`, { headers: { cookie } })).text;
  const send = async (act = 'veto', fields: Record<string, string> = {}) => {
    const form = /name="form" value="([^"]+)"/.exec(await get(pathOf(act)))?.[1] ?? '';
    const body = String(new URLSearchParams({ form, target, reason: 'partner uses it', ...fields }));
    const headers = { cookie, origin, 'content-type': 'application/x-www-form-urlencoded' };
    const { headers: answered } = await ask(`${origin}${pathname}${act}`, { method: 'POST', headers, body });
    return get(String(answered.location));
  };
  return { stack, get, send };
};

it('works over a deployed stack through its functions, as the person who is signed in', async () => {
  const { stack, get, send } = await deployed(alice);
  expect(await get('')).toMatch(/hooksweep-dev[\s\S]*The stack hooksweep-dev is at work[\s\S]*quick-fox\.loca\.lt/);
  expect(await send()).toContain('vetoed, now kept');
  expect(await get(`webhook?record=${encodeURIComponent(target)}`)).toMatch(
    new RegExp(`vetoed: partner uses it[\\s\\S]*aws:${alice.arn}`),
  );
  expect([...new Set(stack.calls.map(({ name }) => name))].sort()).toEqual([
    'hooksweep-dev-audit',
    'hooksweep-dev-control',
  ]);
});

it('shows everything to somebody who may only read, and says which right a decision takes', async () => {
  const { get, send } = await deployed({ ...alice, may: ['audit'] });
  expect(await get('')).toContain('quick-fox.loca.lt');
  expect(await send()).toContain('the policy hooksweep-dev-hold gives that right');
  expect(await get(`webhook?record=${encodeURIComponent(target)}`)).not.toContain('vetoed');
});

it('tells why through the function that reads, and sends away by hand through the one that decides', async () => {
  const { stack, get, send } = await deployed(alice);
  expect(await get(`why?account=${account}&webhook=102`)).toMatch(/loca\.lt[\s\S]*badge propose">matches/);
  expect(await send('enqueue', { step: 'delete' })).toContain(`${target} is approved`);
  expect([...new Set(stack.calls.map(({ name }) => name))].sort()).toEqual([
    'hooksweep-dev-audit',
    'hooksweep-dev-enqueue',
  ]);
  expect(await get(`webhook?record=${encodeURIComponent(target)}`)).toContain(`aws:${alice.arn}`);
});
