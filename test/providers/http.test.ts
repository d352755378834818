import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../lib/clock.ts';
import { systemClock } from '../../lib/clock.ts';
import { limits } from '../../lib/limits.ts';
import { type Answer, type Call, createHttp } from '../../lib/providers/http.ts';
import { deserted, serve } from './serve.ts';

const secret = 'sk_very_secret_4711';
const http = createHttp({ clock: systemClock, version: '1.2.3' });
const get = (url: string, more: Partial<Call> = {}): Call => ({
  method: 'GET',
  url,
  headers: { authorization: `Basic ${btoa(`${secret}:`)}` },
  account: 'shop',
  secrets: [secret],
  ...more,
});
const why = (answer: Answer) => ('why' in answer ? answer.why : '');

/** A clock whose sleep ends when the test says so. */
const manualClock = () => {
  const sleepers: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push(resolve);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  };
  return { clock, ring: () => sleepers.forEach((wake) => void wake()) };
};

const body = (bytes: string | Buffer, headers: Record<string, string> = {}, status = 200) =>
  serve((_request, response) => void response.writeHead(status, headers).end(bytes));

describe('an answer', () => {
  it('is JSON whatever its content type says, and the request tells who asks', async () => {
    let agent = '';
    const { url } = await serve((request, response) => {
      agent = request.headers['user-agent'] ?? '';
      response.writeHead(200, { 'content-type': 'text/html' }).end('\ufeff{"a":1}');
    });
    expect(await http.call(get(url))).toMatchObject({ kind: 'answer', status: 200, json: { a: 1 } });
    expect(agent).toBe('hooksweep/1.2.3');
  });

  it.each([
    ['an HTML page', '<html>502</html>', {}, /HTML/],
    ['plain text', 'OK', {}, /not JSON/],
    ['half of JSON', '{"webhooks": [', {}, /not JSON/],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, /UTF-8/],
    ['broken gzip', 'nope', { 'content-encoding': 'gzip' }, /compressed body is damaged/],
  ])('with %s is unreadable, and says so in words of its own', async (_name, bytes, headers, words) => {
    const answer = await http.call(get((await body(bytes, headers)).url));
    expect(answer).toMatchObject({ kind: 'unreadable', status: 200 });
    expect(why(answer)).toMatch(words);
  });

  it('with an empty body has no JSON', async () => {
    expect(await http.call(get((await body('')).url))).toMatchObject({ kind: 'answer', json: undefined });
  });

  it('is cut off above the bound, also where it is small before decompression', async () => {
    const large = Buffer.alloc(limits.answerBytesMax + 1, ' ');
    const plain = await http.call(get((await body(large)).url));
    const packed = await http.call(get((await body(gzipSync(large), { 'content-encoding': 'gzip' })).url));
    expect([plain.kind, packed.kind]).toEqual(['unreadable', 'unreadable']);
    expect([why(plain), why(packed)]).toEqual(['the body is larger than 16 MiB', 'the body is larger than 16 MiB']);
  });

  it('just within the bound is read', async () => {
    const { url } = await body(Buffer.alloc(limits.answerBytesMax, ' '));
    expect(await http.call(get(url))).toMatchObject({ kind: 'answer' });
  });

  it('that breaks off is unreadable, with its status', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(404, { 'content-length': '100' });
      response.write('{"a', () => response.destroy());
    });
    expect(await http.call(get(url))).toMatchObject({
      kind: 'unreadable',
      status: 404,
      why: expect.stringMatching(/broke off/),
    });
  });
});

describe('a call without an answer', () => {
  it('certainly did not leave where nobody listens', async () => {
    const url = await deserted();
    const answer = await http.call(get(url));
    expect(answer).toMatchObject({ kind: 'unsent', again: true, why: expect.stringMatching(/ECONNREFUSED/) });
    expect(await http.call(get(url.replace('127.0.0.1', 'localhost')))).toMatchObject({ kind: 'unsent' });
  });

  it('certainly did not leave where the name does not exist', async () => {
    expect(await http.call(get('http://provider.invalid'))).toMatchObject({ kind: 'unsent', again: true });
  });

  it('certainly did not leave where TLS fails', async () => {
    const { url } = await body('{}');
    expect(await http.call(get(url.replace('http:', 'https:')))).toMatchObject({ kind: 'unsent' });
  });

  it('is lost where only one of several addresses refused the connection', async () => {
    const errors = [{ code: 'ECONNREFUSED' }, { code: 'ECONNRESET' }];
    const fails = () => Promise.reject(new TypeError('x', { cause: { errors } }));
    const mixed = createHttp({ clock: systemClock, version: '1', fetch: fails });
    expect(await mixed.call(get('https://example.com'))).toMatchObject({ kind: 'lost' });
  });

  it('is lost where the connection breaks after sending', async () => {
    const { url } = await serve((request) => request.socket.destroy());
    expect(await http.call(get(url))).toMatchObject({ kind: 'lost' });
  });

  it('is lost where time runs out before the head, and unreadable where it runs out in the body', async () => {
    const { clock, ring } = manualClock();
    const timed = createHttp({ clock, version: '1' });
    const silent = await serve(() => ring());
    expect(await timed.call(get(silent.url))).toMatchObject({
      kind: 'lost',
      why: expect.stringMatching(/within 10 s/),
    });
    let headSeen = () => {};
    const fetchThenRing: typeof fetch = async (...input) => {
      const response = await fetch(...input);
      headSeen();
      return response;
    };
    const late = manualClock();
    headSeen = () => queueMicrotask(late.ring);
    const dripping = await serve((_request, response) => void response.write('['));
    const dripped = createHttp({ clock: late.clock, version: '1', fetch: fetchThenRing });
    expect(await dripped.call(get(dripping.url))).toMatchObject({
      kind: 'unreadable',
      status: 200,
      why: expect.stringMatching(/did not end within 10 s/),
    });
  });

  it('never leaves, and will not, with a header that HTTP does not allow; the value is not shown', async () => {
    const answer = await http.call(get('http://127.0.0.1:9', { headers: { 'x-key': `${secret}\nb` } }));
    expect(answer).toMatchObject({ kind: 'unsent', again: false });
    expect(why(answer)).not.toContain(secret);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i is not followed: the other host gets no request at all', async (status) => {
    const other = await body('[]');
    const first = await body('', { location: `${other.url}/path?key=${secret}` }, status);
    const answer = await http.call(get(first.url));
    expect(answer).toMatchObject({ kind: 'unreadable', status });
    expect(other.requests).toBe(0);
    expect(why(answer)).toContain(new URL(other.url).host);
    expect(why(answer)).not.toMatch(/path|sk_/);
  });

  it('to a host name that holds the secret does not show it', async () => {
    const first = await body('', { location: `https://${secret}.example.com/` }, 302);
    expect(why(await http.call(get(first.url)))).not.toContain(secret);
  });
});

describe('connections', () => {
  it('are used again', async () => {
    const server = await body('{}');
    for (let i = 0; i < 10; i += 1) await http.call(get(server.url));
    // The second call may come before the first socket is known to be free.
    expect(server.requests).toBe(10);
    expect(server.sockets).toBeLessThanOrEqual(2);
  });

  it('of one account are bounded, and another account is not held up by them', async () => {
    const waiting: (() => void)[] = [];
    const arrivals: (() => void)[] = [];
    const server = await serve((request, response) => {
      if (request.url === '/other') return void response.end('{}');
      waiting.push(() => response.end('{}'));
      if (waiting.length === limits.callsAtOnceMax) arrivals.forEach((tell) => void tell());
    });
    const full = new Promise<void>((resolve) => arrivals.push(resolve));
    const calls = Array.from({ length: 11 }, () => http.call(get(server.url)));
    await full;
    await http.call(get(`${server.url}/other`, { account: 'other' }));
    expect(waiting.length).toBe(limits.callsAtOnceMax);
    let most = 0;
    const pump = setInterval(() => {
      most = Math.max(most, waiting.length);
      waiting.shift()?.();
    }, 1);
    const answers = await Promise.all(calls);
    clearInterval(pump);
    expect(answers.every(({ kind }) => kind === 'answer')).toBe(true);
    expect(most).toBeLessThanOrEqual(limits.callsAtOnceMax);
  });
});

describe('cancelling', () => {
  it('rejects with the reason, in the middle of a call and before it', async () => {
    const reason = new Error('stop');
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort(reason));
    await expect(http.call(get(url, { signal: stop.signal }))).rejects.toBe(reason);
    await expect(http.call(get(url, { signal: stop.signal }))).rejects.toBe(reason);
  });

  it('rejects calls that wait for a slot, and leaves the slots to others', async () => {
    const stop = new AbortController();
    const holding: (() => void)[] = [];
    let allHeld = () => {};
    const held = new Promise<void>((resolve) => {
      allHeld = resolve;
    });
    const server = await serve((_request, response) => {
      holding.push(() => response.end('{}'));
      if (holding.length === limits.callsAtOnceMax) allHeld();
    });
    const fresh = createHttp({ clock: systemClock, version: '1' });
    const running = Array.from({ length: limits.callsAtOnceMax }, () => fresh.call(get(server.url)));
    const queued = fresh.call(get(server.url, { signal: stop.signal }));
    await held;
    stop.abort(new Error('stop'));
    await expect(queued).rejects.toThrow('stop');
    for (const end of holding) end();
    await Promise.all(running);
    const next = fresh.call(get((await body('{}')).url));
    expect((await next).kind).toBe('answer');
    expect(server.requests).toBe(limits.callsAtOnceMax);
  });

  it('by the signal of the client ends every call', async () => {
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort(new Error('shutdown')));
    const mortal = createHttp({ clock: systemClock, version: '1', signal: stop.signal });
    await expect(mortal.call(get(url))).rejects.toThrow('shutdown');
  });
});
