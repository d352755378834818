/** A base URL in its one spelling, or what is wrong with it and what to do. The value is never quoted. */
export type BaseUrl = { url: string } | { message: string; hint: string };

const example = 'https://api.example.com';

/** https, or http to this machine only; no userinfo, query or fragment. Trailing slashes are dropped. */
export const parseBaseUrl = (raw: string): BaseUrl => {
  const url = URL.parse(raw);
  if (url === null) return { message: 'baseUrl is not a URL', hint: `write it in full, e.g. ${example}` };
  const wrong = faults.find(({ test }) => test(url, raw));
  if (wrong) return { message: wrong.message, hint: wrong.hint };
  return { url: url.href.replace(/\/+$/, '') };
};

const loopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);

const faults: readonly { test: (url: URL, raw: string) => boolean; message: string; hint: string }[] = [
  {
    test: ({ protocol, hostname }) => protocol !== 'https:' && !(protocol === 'http:' && loopback(hostname)),
    message: 'baseUrl is not https',
    hint: `write https://…; http goes to localhost, 127.0.0.0/8 or [::1] only, because credentials travel with each call`,
  },
  {
    test: ({ username, password }) => username !== '' || password !== '',
    message: 'baseUrl holds a user name or password (not shown)',
    hint: 'remove it; credentials belong under credentials, e.g. env:NAME',
  },
  {
    test: (_url, raw) => /[?#]/.test(raw),
    message: 'baseUrl holds a query or fragment',
    hint: `end it at the host or path, e.g. ${example}`,
  },
];
