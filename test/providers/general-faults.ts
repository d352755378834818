export type Expected = { list: string; disable: string; delete: string; offAfter: boolean; thereAfter: boolean };

const unharmed = { offAfter: false, thereAfter: true };
export const effective = { offAfter: true, thereAfter: false };
export const retried: Expected = { list: 'error', disable: 'retry', delete: 'retry', ...unharmed };
export const fine: Expected = { list: 'complete', disable: 'done', delete: 'done', ...effective };

/** What an adapter that can disable says under each fault that any provider may have, and what is true there. */
export const generalExpected: Readonly<Record<string, Expected>> = {
  throttle: retried,
  'throttle-after': retried,
  'throttle-date': retried,
  'wrong-key': retried,
  forbidden: retried,
  'error-before': { list: 'error', disable: 'unknown', delete: 'unknown', ...unharmed },
  'error-after': { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  'reset-before': { list: 'error', disable: 'unknown', delete: 'unknown', ...unharmed },
  'reset-after': { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  'truncated-body': { list: 'error', disable: 'unknown', delete: 'done', ...effective },
  slow: { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  redirect: { list: 'error', disable: 'refused', delete: 'refused', ...unharmed },
  html: { list: 'error', disable: 'unknown', delete: 'unknown', ...unharmed },
  'not-json': { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  huge: { list: 'error', disable: 'unknown', delete: 'unknown', ...effective },
  latency: fine,
};
