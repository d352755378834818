import { describe, expect, it } from 'vitest';
import { limits } from '../../lib/limits.ts';
import { attributesOf, cardOf, mailOf, messagesOf } from '../../lib/notices/forms.ts';
import { type Notice, noticeOf } from '../../lib/notices/notice.ts';
import { accountNamed } from '../jobs/world.ts';
import { telling } from './build.ts';

const at = Date.parse('2026-11-02T08:00:00Z');
const told = (...args: Parameters<typeof telling>[]): Notice => {
  const notice = noticeOf(
    accountNamed('shop'),
    args.map((one) => telling(...one)),
    at,
  );
  if (!notice) throw new Error('something was told');
  return notice;
};

describe('the mail', () => {
  it('reads top down', () => {
    const plan = {
      record: null,
      url: null,
      text: '3 webhooks; lapses on 2026-11-09',
      command: 'hooksweep approve sha256:1',
    };
    expect(mailOf(told(['announced'], ['waiting', plan]))).toBe(`shop (fake, sandbox), 2026-11-02T08:00:00.000Z

Waits for an approval (1)
- 3 webhooks; lapses on 2026-11-09
    hooksweep approve sha256:1

Goes, unless somebody objects (1)
- https://a.loca.lt/hook
    switched off from 2026-11-03 08:00Z; test: host ends in loca.lt
    hooksweep veto 'shop#main#endpoint#a' --reason ...

Commands are meant for a checkout of hooksweep; put a reason in place of the dots.
`);
  });
});

describe('the card', () => {
  it('is a custom notification of version 1.0', () => {
    const { content, ...card } = cardOf(told(['deleted']));
    expect(card).toMatchObject({ version: '1.0', source: 'custom', metadata: { threadId: 'hooksweep-shop' } });
    expect(content).toMatchObject({ textType: 'client-markdown', keywords: ['shop', 'sandbox', 'info'] });
  });

  it('calls nobody, whatever a URL or a name says', () => {
    const { description } = cardOf(
      told(['deleted', { url: 'https://a.loca.lt/<!channel>', text: '<@U123> & co' }]),
    ).content;
    expect(description).not.toMatch(/[<>]/);
    expect(description).toContain('&lt;!channel&gt;');
  });

  it('ends with a whole line where it is too long', () => {
    const { description } = cardOf(
      told(...Array.from({ length: 80 }, (): Parameters<typeof telling> => ['deleted'])),
    ).content;
    expect(description.length).toBeLessThanOrEqual(limits.noticeCardMax + 2);
    expect(description).toMatch(/\n…$/);
  });
});

describe('what subscribers are sent', () => {
  it('is text by mail, a card over https, a line by phone, and JSON to all others', () => {
    const notice = told(['deleted']);
    const { email, https, sms, ...others } = messagesOf(notice);
    expect(Object.keys(others)).toEqual(['default']);
    expect(JSON.parse(others.default)).toEqual(notice);
    expect(JSON.parse(https)).toEqual(cardOf(notice));
    expect([email, sms]).toEqual([mailOf(notice), notice.subject]);
  });

  it('can be filtered by account, provider, environment, level and what it is about', () => {
    const attributes = attributesOf(told(['deleted'], ['alarm']));
    expect(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])).toEqual([
      ['account', 'shop'],
      ['provider', 'fake'],
      ['environment', 'sandbox'],
      ['level', 'alarm'],
      ['sections', '["alarm","deleted"]'],
    ]);
  });
});
