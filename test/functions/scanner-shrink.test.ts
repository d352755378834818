import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { scannerHandler } from '../../functions/scanner.ts';
import { hour, shop, testHook, webhook } from '../jobs/world.ts';

const context = {
  awsRequestId: 'r-1',
  invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:s',
} as Context;

describe('the scanner, told by a person that a list is right', () => {
  it('believes it from then on, and writes down who said so', async () => {
    const w = shop([webhook('live'), webhook('other'), testHook('a')]);
    await w.scan('shop');
    for (const id of ['other', 'a']) w.remote.state.delete(id);
    w.pass(hour);
    expect((await w.scan('shop')).plan.status).toBe('incomplete');
    const scanner = scannerHandler(async (actor) => ({ ...w.ports, actor }));
    const answer = await scanner({ kind: 'accept-shrink', account: 'shop' }, context);
    expect(answer).toMatchObject({ account: 'shop', status: 'complete', webhooks: 1 });
    const { history } = w.table.items.get('account#shop\naccount') as unknown as {
      history: { event: string; actor: string }[];
    };
    expect(history).toMatchObject([{ event: 'shrink accepted', actor: `aws:${context.invokedFunctionArn}` }]);
    w.pass(hour);
    expect((await w.scan('shop')).plan.status).toBe('complete');
  });

  it('wants to know of which account', async () => {
    const w = shop([webhook('live')]);
    const scanner = scannerHandler(async () => w.ports);
    await expect(scanner({ kind: 'accept-shrink' } as never, context)).rejects.toThrow();
  });
});
