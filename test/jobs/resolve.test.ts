import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Resolution } from '../../lib/detect/unresolvable.ts';
import { combined, freshNames, scanNames, systemResolve } from '../../lib/jobs/resolve.ts';
import { limits } from '../../lib/limits.ts';
import { accountNamed, day, start, webhook } from './world.ts';

const on = { unresolvable: { scans: 3, apartMs: day } };
const account = accountNamed('shop', { rules: on });
const at = (host: string, id = host) => webhook(id, { url: `https://${host}/hook` });

/** A resolver that knows these names as absent and, unless told otherwise, all others as existing. */
const fake = (absent: readonly string[], others: Resolution = 'exists') => {
  const asked: string[] = [];
  const logged: string[] = [];
  let under = 0;
  const most = { atOnce: 0 };
  const ports = {
    log: ({ message }: { message: string }) => void logged.push(message),
    resolve: async (host: string): Promise<Resolution> => {
      asked.push(host);
      most.atOnce = Math.max(most.atOnce, ++under);
      await Promise.resolve();
      under--;
      return absent.includes(host) ? 'absent' : others;
    },
  };
  return { ports, asked, logged, most };
};

describe('the answers to several questions about one name', () => {
  it.each([
    [['absent', 'absent', 'absent'], 'absent'],
    [['absent', 'absent', 'exists'], 'exists'],
    [['unknown', 'unknown', 'exists'], 'exists'],
    [['absent', 'absent', 'unknown'], 'unknown'],
    [[], 'unknown'],
  ] as const)('%j mean %s', (answers, meaning) => {
    expect(combined(answers)).toBe(meaning);
  });
});

describe('the lookups of a scan', () => {
  it('ask for each host once, whatever the scope, and for none that needs no question', async () => {
    const { ports, asked } = fake(['gone.dev']);
    const ask = scanNames(ports, account);
    const webhooks = [
      at('gone.dev'),
      at('gone.dev', 'b'),
      at('a.dev'),
      at('b.dev'),
      at('1.2.3.4'),
      at('x.loca.lt'),
      at('y.example'),
    ];
    const names = await ask('main', webhooks, new Map(), start);
    await ask('second', [at('gone.dev'), at('c.dev'), at('a.dev')], new Map(), start);
    expect(asked.toSorted()).toEqual(['a.dev', 'b.dev', 'c.dev', 'gone.dev']);
    expect([...names]).toEqual([
      ['gone.dev', 'absent'],
      ['b', 'absent'],
      ['a.dev', 'exists'],
      ['b.dev', 'exists'],
    ]);
  });

  it('ask for nothing where the rule is off', async () => {
    const { ports, asked } = fake([]);
    const off = accountNamed('shop', { rules: { test: { afterMs: 0, hosts: [] } } });
    expect((await scanNames(ports, off)('main', [at('a.dev')], new Map(), start)).size).toBe(0);
    expect(asked).toEqual([]);
  });

  it('believe nothing where more than half is absent at once', async () => {
    const half = fake(['a.dev', 'b.dev']);
    const all = ['a', 'b', 'c', 'd'].map((name) => at(`${name}.dev`));
    expect([...(await scanNames(half.ports, account)('main', all, new Map(), start)).values()]).toContain('absent');
    const more = fake(['a.dev', 'b.dev', 'c.dev']);
    const names = await scanNames(more.ports, account)('main', all, new Map(), start);
    expect([...names.values()]).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
    expect(more.logged).toEqual([expect.stringContaining('more than half')]);
  });

  it('count the host of the provider, which exists, so that one webhook alone can be absent', async () => {
    const remote = { ...account, baseUrl: 'https://api.shop.dev' };
    const alone = async (absent: string[]) =>
      (await scanNames(fake(absent).ports, remote)('main', [at('gone.dev')], new Map(), start)).get('gone.dev');
    expect(await alone(['gone.dev'])).toBe('absent');
    expect(await alone(['gone.dev', 'api.shop.dev'])).toBe('unknown');
  });

  it('ask a few at a time, and for no more than the bound, which is said', async () => {
    const { ports, asked, logged, most } = fake(['watched.dev']);
    const many = Array.from({ length: limits.lookupsPerScanMax + 50 }, (_, index) => at(`h${index}.dev`));
    const seen = new Map([['watched.dev', { absent: { host: 'watched.dev', at: [new Date(start).toISOString()] } }]]);
    const names = await scanNames(ports, account)('main', [...many, at('watched.dev')], seen, start + day);
    expect([asked.length, most.atOnce]).toEqual([limits.lookupsPerScanMax, limits.lookupsAtOnceMax]);
    expect([...names.values()].filter((answer) => answer === 'unknown')).toHaveLength(51);
    expect(names.get('watched.dev')).toBe('absent');
    expect(logged).toEqual([expect.stringContaining('not all hosts are looked up')]);
  });

  it('do not go on with a resolver that answers nothing', async () => {
    const { ports, asked } = fake([], 'unknown');
    const many = Array.from({ length: 200 }, (_, index) => at(`h${index}.dev`));
    await scanNames(ports, account)('main', many, new Map(), start);
    expect(asked).toHaveLength(limits.lookupsAtOnceMax);
  });

  it('before a step know nothing without a resolver', async () => {
    expect([...(await freshNames({}, account, [at('a.dev')]))]).toEqual([['a.dev', 'unknown']]);
  });
});

/** A DNS server on loopback that answers by name: a response code, records of one type, or nothing at all. */
const dnsServer = async (
  answerTo: (name: string, type: number) => { code: number; cname?: true; address?: true } | null,
) => {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.on('message', (query, from) => {
    const labels: string[] = [];
    let end = 12;
    for (let size = query[end] ?? 0; size > 0; size = query[end] ?? 0) {
      labels.push(query.toString('latin1', end + 1, end + 1 + size));
      end += size + 1;
    }
    const answer = answerTo(labels.join('.').toLowerCase(), query.readUInt16BE(end + 1));
    if (answer === null) return;
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180 | answer.code, 2);
    header.fill(0, 6, 12);
    const rest = answer.cname
      ? [5, 4, Buffer.from([1, 0x78, 0xc0, 12])]
      : answer.address
        ? [1, 4, Buffer.from([192, 0, 2, 1])]
        : null;
    header.writeUInt16BE(rest ? 1 : 0, 6);
    const record = Buffer.alloc(rest ? 12 : 0);
    if (rest) {
      record.writeUInt16BE(0xc00c, 0);
      record.writeUInt16BE(rest[0] as number, 2);
      record.writeUInt16BE(1, 4);
      record.writeUInt16BE(rest[1] as number, 10);
    }
    socket.send(
      Buffer.concat([header, query.subarray(12, end + 5), record, ...(rest ? [rest[2] as Buffer] : [])]),
      from.port,
      from.address,
    );
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return [`127.0.0.1:${socket.address().port}`];
};

describe('the DNS of the machine', () => {
  const cname = 5;
  const a = 1;
  it.each<[string, Parameters<typeof dnsServer>[0], Resolution]>([
    ['NXDOMAIN to every question', () => ({ code: 3 }), 'absent'],
    ['an address', (_, type) => (type === a ? { code: 0, address: true } : { code: 0 }), 'exists'],
    ['no record of any type asked for', () => ({ code: 0 }), 'exists'],
    [
      'an alias to a name that is gone',
      (_, type) => (type === cname ? { code: 0, cname: true } : { code: 3, cname: true }),
      'exists',
    ],
    ['SERVFAIL', () => ({ code: 2 }), 'unknown'],
    ['REFUSED', () => ({ code: 5 }), 'unknown'],
    ['nothing in time', () => null, 'unknown'],
    ['NXDOMAIN to one question and SERVFAIL to the others', (_, type) => ({ code: type === a ? 3 : 2 }), 'unknown'],
  ])('that answers %s', async (_what, answerTo, meaning) => {
    expect(await systemResolve(await dnsServer(answerTo), 500)('hooks.shop.dev')).toBe(meaning);
  });

  it('that nobody serves knows nothing, and a name that is none is not absent', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(resolve));
    expect(await systemResolve([`127.0.0.1:${port}`], 500)('hooks.shop.dev')).toBe('unknown');
    expect(await systemResolve([`127.0.0.1:${port}`], 500)(`${'x'.repeat(80)}.dev`)).toBe('unknown');
  });
});
