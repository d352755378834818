import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../lib/notices/forms.ts';
import { noticeOf } from '../../lib/notices/notice.ts';
import { snsNotices } from '../../lib/notices/sns.ts';
import { publisher } from '../../lib/notices/sns-client.ts';
import { accountNamed } from '../jobs/world.ts';
import { telling } from './build.ts';

const topic = 'arn:aws:sns:eu-central-1:123456789012:hooksweep';
const notice = noticeOf(accountNamed('shop'), [telling('deleted')], 0);
if (!notice) throw new Error('something was told');

const mocked = () => {
  const regions: string[] = [];
  const client = new SNSClient({ region: 'eu-central-1' });
  const mock = mockClient(client);
  mock.on(PublishCommand).resolves({ MessageId: 'm-1' });
  const notices = snsNotices('hooksweep-dev', async (region) => {
    regions.push(region);
    return publisher(region, client);
  });
  return { mock, notices, regions, input: () => mock.commandCalls(PublishCommand).at(-1)?.args[0].input };
};

describe('notices by SNS', () => {
  it('are published with a subject, a message for each kind of subscriber, and attributes', async () => {
    const { notices, input } = mocked();
    expect(await notices.publish(topic, notice)).toEqual({ id: 'm-1' });
    expect(input()).toMatchObject({ TopicArn: topic, Subject: notice.subject, MessageStructure: 'json' });
    expect(JSON.parse(input()?.Message ?? '')).toEqual(messagesOf(notice));
    expect(input()?.MessageAttributes?.level).toEqual({ DataType: 'String', StringValue: 'info' });
    expect(input()).not.toHaveProperty('MessageGroupId');
  });

  it('go to the region of the topic, by one client each', async () => {
    const { notices, regions } = mocked();
    await notices.publish(topic, notice);
    await notices.publish(topic, notice);
    await notices.publish(topic.replace('eu-central-1', 'us-east-1'), notice);
    expect(regions).toEqual(['eu-central-1', 'us-east-1']);
  });

  it('keep their order within an account on a FIFO topic', async () => {
    const { notices, input } = mocked();
    await notices.publish(`${topic}.fifo`, notice);
    expect(input()).toMatchObject({
      MessageGroupId: 'shop',
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('are not accepted where SNS says no', async () => {
    const { notices, mock } = mocked();
    mock.on(PublishCommand).rejects(Object.assign(new Error('no'), { name: 'AuthorizationErrorException' }));
    await expect(notices.publish(topic, notice)).rejects.toThrow('no');
  });
});
