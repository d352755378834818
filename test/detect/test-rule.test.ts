import { describe, expect, it } from 'vitest';
import { ago, dayMs, findingsOf, proposed, secret, webhook } from './build.ts';

const rules = { test: { afterMs: dayMs, hosts: [] } };
const url = 'https://a.loca.lt/in?token=S3CR3T';

describe('the test rule', () => {
  it('proposes test receivers that are old enough, and says since when', () => {
    expect(findingsOf([webhook('1', { url, createdAt: ago(2) })], rules)['1']).toEqual([
      {
        rule: 'test',
        confidence: 'high',
        evidence:
          'host a.loca.lt ends in loca.lt (localtunnel: throw-away tunnel; source: localtunnel README); created 2026-05-30',
        proposes: true,
      },
    ]);
  });

  it('reports a younger one and says from when it will be proposed', () => {
    const [finding] = findingsOf([webhook('1', { url, createdAt: ago(0.5) })], rules)['1'] ?? [];
    expect(finding).toMatchObject({ proposes: false, confidence: 'high' });
    expect(finding?.evidence).toContain('from 2026-06-01T12:00:00Z on');
  });

  it('is mature at exactly the bound', () => {
    expect(proposed([webhook('1', { url, createdAt: ago(1) })], rules)).toEqual(['1']);
  });

  it('takes the first sight where the provider tells no age, and reports where neither is known', () => {
    const webhooks = ['seen', 'fresh', 'unknown', 'broken'].map((id) =>
      webhook(id, { url, createdAt: id === 'broken' ? 'x' : null }),
    );
    const sightings = new Map([
      ['seen', { firstSeen: ago(3) }],
      ['fresh', { firstSeen: ago(0) }],
    ]);
    expect(proposed(webhooks, rules, { sightings })).toEqual(['seen']);
    expect(findingsOf(webhooks, rules, { sightings }).unknown?.[0]?.evidence).toContain('age is unknown');
  });

  it('asks for no age where the policy asks for none', () => {
    expect(proposed([webhook('1', { url, createdAt: null })], { test: { afterMs: 0, hosts: [] } })).toEqual(['1']);
  });

  it('never proposes low confidence, probe receivers or what cannot be parsed, but shows them', () => {
    const webhooks = [
      webhook('low', { url: 'https://a.replit.app/' }),
      webhook('probe', { url: 'https://a.oast.pro/' }),
      webhook('broken', { url: 'http://256.1.1.1/S3CR3T' }),
    ];
    expect(proposed(webhooks, rules)).toEqual([]);
    expect(Object.values(findingsOf(webhooks, rules)).map(([finding]) => finding?.confidence)).toEqual([
      'low',
      'low',
      'security',
    ]);
  });

  it('says nothing of ordinary webhooks, of other destinations and of signing secrets', () => {
    const webhooks = [webhook('1'), webhook('2', { url: null }), webhook('3', { url: 'arn:aws:x' }), secret('4', 9)];
    expect(findingsOf(webhooks, rules)).toEqual({});
  });

  it('follows what the provider can do', () => {
    const webhooks = [webhook('1', { url: 'http://10.0.0.1/' })];
    expect(findingsOf(webhooks, rules, { capabilities: { parkedUrls: true } })['1']?.[0]?.confidence).toBe('medium');
    expect(proposed(webhooks, rules, { capabilities: { selfHosted: true } })).toEqual([]);
  });

  it('takes the own hosts of the policy', () => {
    const own = { test: { afterMs: 0, hosts: ['*.shop-1.dev'] } };
    expect(proposed([webhook('1'), webhook('2')], own)).toEqual(['1']);
  });
});

describe('the retired-host rule', () => {
  const retired = { 'retired-host': { hosts: ['old.shop.dev', '*.legacy.shop.dev'] } };
  it('proposes exactly the hosts that the policy names', () => {
    const hosts = {
      a: 'https://OLD.shop.dev./x',
      b: 'https://a.b.legacy.shop.dev/',
      c: 'https://legacy.shop.dev/',
      d: 'https://new.old.shop.dev/',
      e: 'https://old.shop.dev.evil.dev/',
      f: 'https://shop.dev/?to=old.shop.dev',
      g: 'kafka://old.shop.dev/',
      h: 'https://old.shop.dev:99999/',
    };
    const webhooks = Object.entries(hosts).map(([id, url]) => webhook(id, { url }));
    expect(proposed(webhooks, retired)).toEqual(['a', 'b']);
    expect(Object.keys(findingsOf(webhooks, retired))).toEqual(['a', 'b']);
  });
});
