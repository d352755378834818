import { limits } from '../limits.ts';
import type { Notice, NoticeLine } from './notice.ts';

const lineText = ({ record, url, text, command }: NoticeLine): string =>
  [`- ${url ?? record ?? text}`, ...((url ?? record) ? [text] : []), ...(command ? [command] : [])].join('\n    ');

/** The mail: plain text that a person reads top down. */
export const mailOf = ({ account, provider, environment, at, sections }: Notice): string => {
  const lists = sections.map(({ title, count, lines }) => {
    const more = count - lines.length;
    return [`${title} (${count})`, ...lines.map(lineText), ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
  });
  const footer = 'Commands are meant for a checkout of hooksweep; put a reason in place of the dots.';
  return `${account} (${provider}, ${environment}), ${at}\n\n${lists.join('\n\n')}\n\n${footer}\n`;
};

/** Chats take these for mark-up, and for a call to everybody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const clipped = (text: string): string => {
  if (text.length <= limits.noticeCardMax) return text;
  const whole = text.slice(0, text.lastIndexOf('\n', limits.noticeCardMax));
  return `${whole}\n…`;
};

/**
 * The card in a chat, as Amazon Q Developer in chat applications (once AWS Chatbot) takes a custom notification.
 * https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export const cardOf = (notice: Notice) => ({
  version: '1.0',
  source: 'custom',
  content: {
    textType: 'client-markdown',
    title: notice.subject,
    description: clipped(escaped(mailOf(notice))),
    keywords: [notice.account, notice.environment, notice.level],
  },
  metadata: { threadId: `hooksweep-${notice.account}`, summary: notice.subject, eventType: notice.type },
});

/** What each kind of subscriber is sent: people by mail and phone, chats over https, programs everywhere else. */
export const messagesOf = (notice: Notice) => ({
  default: JSON.stringify(notice),
  email: mailOf(notice),
  https: JSON.stringify(cardOf(notice)),
  sms: notice.subject,
});

/** What subscriptions filter on. */
export const attributesOf = ({ account, provider, environment, level, sections }: Notice) => ({
  account: { DataType: 'String', StringValue: account },
  provider: { DataType: 'String', StringValue: provider },
  environment: { DataType: 'String', StringValue: environment },
  level: { DataType: 'String', StringValue: level },
  sections: { DataType: 'String.Array', StringValue: JSON.stringify(sections.map(({ section }) => section)) },
});

/** All forms of a notice as they are sent, in bytes. */
export const bytesOf = (notice: Notice): number =>
  Buffer.byteLength(JSON.stringify(messagesOf(notice))) + Buffer.byteLength(JSON.stringify(attributesOf(notice)));
