/**
 * How sure a host name makes us that a receiver is for tests.
 * A: made for tests only, by design or by the vendor's word. B: usually, but stable or paid names exist.
 * C: in production use too, never flagged alone. `security`: probe receivers, possible evidence of an intrusion.
 */
export type Rank = 'A' | 'B' | 'C' | 'security';

/** A host belongs to the row with the longest suffix that equals it or ends it at a label boundary. */
export type Row = {
  suffix: string;
  confidence: Rank;
  /** What it is. */
  note: string;
  source: string;
  /** How the label left of the suffix must begin; without it the row says nothing. */
  labelStartsWith?: string;
  /** How the path must begin; without it the row says nothing. */
  pathStartsWith?: string;
};

type Entry = Omit<Row, 'suffix'> & { suffixes: string };

const psl = 'Public Suffix List e8c9a2b';
const sigma = 'SigmaHQ tunnel rules';
const awesome = 'anderspitman/awesome-tunneling';
const repositories = 'public repositories';

const tunnels: readonly Entry[] = [
  { suffixes: 'ngrok-free.app ngrok-free.dev', confidence: 'B', note: 'ngrok: free tunnel', source: psl },
  { suffixes: 'ngrok.io', confidence: 'B', note: 'ngrok: tunnel', source: psl },
  {
    suffixes: 'ngrok.app ngrok.dev ngrok.pizza ngrok.pro',
    confidence: 'C',
    note: 'ngrok: paid reserved names and gateways',
    source: 'ngrok docs',
  },
  {
    suffixes: 'loca.lt localtunnel.me',
    confidence: 'A',
    note: 'localtunnel: throw-away tunnel',
    source: 'localtunnel README',
  },
  {
    suffixes: 'trycloudflare.com',
    confidence: 'A',
    note: 'Cloudflare quick tunnel, for tests only',
    source: 'Cloudflare docs',
  },
  { suffixes: 'serveo.net serveousercontent.com', confidence: 'B', note: 'Serveo: tunnel', source: repositories },
  {
    suffixes: 'lhr.life lhrtunnel.link localhost.run',
    confidence: 'A',
    note: 'localhost.run: name changes after hours',
    source: 'localhost.run FAQ',
  },
  { suffixes: 'lhr.rocks', confidence: 'C', note: 'localhost.run: paid stable names', source: 'localhost.run FAQ' },
  {
    suffixes: 'a.free.pinggy.link run.pinggy-free.link free.pinggy.net',
    confidence: 'A',
    note: 'Pinggy: tunnel that ends after 60 minutes',
    source: 'Pinggy docs',
  },
  { suffixes: 'a.pinggy.link', confidence: 'B', note: 'Pinggy Pro: tunnel', source: 'Pinggy docs' },
  { suffixes: 'loclx.io', confidence: 'B', note: 'LocalXpose: tunnel', source: 'LocalXpose docs' },
  { suffixes: 'localtonet.com localto.net', confidence: 'B', note: 'Localtonet: tunnel', source: psl },
  { suffixes: 'tunnelmole.net', confidence: 'B', note: 'Tunnelmole: tunnel', source: psl },
  { suffixes: 'tunnelto.dev', confidence: 'A', note: 'tunnelto: tunnel', source: 'agrinman/tunnelto' },
  { suffixes: 'bore.pub', confidence: 'A', note: 'bore: tunnel', source: 'ekzhang/bore' },
  { suffixes: 'share.zrok.io shares.zrok.io', confidence: 'B', note: 'zrok: share', source: 'openziti/zrok' },
  {
    suffixes: 'pagekite.me',
    confidence: 'C',
    note: 'PageKite: long-lived named tunnel',
    source: 'pagekite/PyPagekite',
  },
  { suffixes: 'telebit.app telebit.io telebit.xyz', confidence: 'B', note: 'Telebit: tunnel', source: psl },
  { suffixes: 'srv.us', confidence: 'B', note: 'srv.us: tunnel', source: psl },
  { suffixes: 'opentunnel.xyz', confidence: 'B', note: 'OpenTunnel: tunnel', source: psl },
  { suffixes: 'sharedwithexpose.com', confidence: 'B', note: 'Expose: tunnel', source: 'beyondcode/expose' },
  {
    suffixes: 'localcan.dev tunnl.gg tuns.sh plaintunnel.com instatunnel.my hrzn.run',
    confidence: 'B',
    note: 'tunnel',
    source: awesome,
  },
  { suffixes: 'pktriot.net loophole.site', confidence: 'B', note: 'named tunnel', source: repositories },
  { suffixes: 'portmap.io', confidence: 'B', note: 'Portmap: tunnel', source: sigma },
  { suffixes: 'ply.gg playit.plus', confidence: 'B', note: 'playit: tunnel to hobby servers', source: psl },
  {
    suffixes: 'devtunnels.ms',
    confidence: 'A',
    note: 'Microsoft dev tunnel, not for production',
    source: 'microsoft/dev-tunnels',
  },
  {
    suffixes: 'app.github.dev preview.app.github.dev githubpreview.dev',
    confidence: 'A',
    note: 'GitHub Codespaces: forwarded port',
    source: repositories,
  },
  {
    suffixes: 'gitpod.io',
    labelStartsWith: 'ws-',
    confidence: 'A',
    note: 'Gitpod: workspace port',
    source: repositories,
  },
  { suffixes: 'gitpod.dev', confidence: 'A', note: 'Gitpod: workspace port', source: repositories },
  { suffixes: 'cloudshell.dev', confidence: 'A', note: 'Google Cloud Shell: web preview', source: repositories },
  {
    suffixes:
      'webcontainer.io webcontainer-api.io w-staticblitz.com w-corp-staticblitz.com w-credentialless-staticblitz.com',
    confidence: 'A',
    note: 'WebContainer: runs in a browser tab and never receives calls from servers',
    source: psl,
  },
  { suffixes: 'csb.app preview.csb.app', confidence: 'B', note: 'CodeSandbox: preview', source: psl },
  { suffixes: 'replit.dev', confidence: 'B', note: 'Replit: development address', source: psl },
  { suffixes: 'replit.app repl.co', confidence: 'C', note: 'Replit: deployments', source: psl },
  { suffixes: 'ts.net', confidence: 'C', note: 'Tailscale Funnel: internal production too', source: psl },
];

const bins: readonly Entry[] = [
  {
    suffixes: 'webhook.site emailhook.site dnshook.site',
    confidence: 'B',
    note: 'Webhook.site: request bin',
    source: 'Webhook.site docs',
  },
  { suffixes: 'x.pipedream.net', confidence: 'A', note: 'Pipedream RequestBin', source: 'Pipedream docs' },
  { suffixes: 'm.pipedream.net', confidence: 'C', note: 'Pipedream workflow trigger', source: 'Pipedream docs' },
  {
    suffixes: 'requestbin.com requestbin.net requestb.in',
    confidence: 'A',
    note: 'RequestBin: request bin',
    source: sigma,
  },
  {
    suffixes: 'beeceptor.com free.beeceptor.com proxy.beeceptor.com',
    confidence: 'A',
    note: 'Beeceptor: mock server, not a production runtime',
    source: 'Beeceptor docs',
  },
  { suffixes: 'smee.io', confidence: 'A', note: 'Smee: development only', source: 'probot/smee.io README' },
  { suffixes: 'hookbin.com', confidence: 'A', note: 'Hookbin: request bin, shut down', source: 'Razorpay deny list' },
  { suffixes: 'postb.in', confidence: 'A', note: 'PostBin: bin that lives 30 minutes', source: repositories },
  {
    suffixes: 'putsreq.com requestcatcher.com typedwebhook.tools',
    confidence: 'A',
    note: 'request bin',
    source: repositories,
  },
  { suffixes: 'hooktest.dev', confidence: 'A', note: 'bin that lives 24 hours', source: 'hooktest.dev' },
  { suffixes: 'bin.webhookrelay.com', confidence: 'A', note: 'Webhook Relay: bin', source: 'Webhook Relay docs' },
  {
    suffixes: 'hooks.webhookrelay.com my.webhookrelay.com',
    confidence: 'C',
    note: 'Webhook Relay: production input',
    source: 'Webhook Relay docs',
  },
  { suffixes: 'play.svix.com', confidence: 'A', note: 'Svix Play: request bin', source: 'Svix docs' },
  { suffixes: 'hkdk.events', confidence: 'C', note: 'Hookdeck source', source: 'hookdeck-cli' },
  {
    suffixes: 'events.hookdeck.com',
    pathStartsWith: '/e/src_',
    confidence: 'C',
    note: 'Hookdeck source',
    source: 'hookdeck-cli',
  },
  {
    suffixes: 'httpbin.org postman-echo.com mockbin.org ptsv3.com',
    confidence: 'A',
    note: 'echo server',
    source: 'common knowledge, unverified',
  },
];

const probes: readonly Entry[] = [
  {
    suffixes: 'burpcollaborator.net oastify.com oast.pro oast.fun interact.sh canarytokens.com',
    confidence: 'security',
    note: 'probe receiver',
    source: 'Razorpay deny list',
  },
  {
    suffixes: 'oast.live oast.site oast.online oast.me',
    confidence: 'security',
    note: 'probe receiver',
    source: 'projectdiscovery/interactsh README',
  },
];

export const catalogue: readonly Row[] = [...tunnels, ...bins, ...probes].flatMap(({ suffixes, ...entry }) =>
  suffixes.split(' ').map((suffix) => ({ suffix, ...entry })),
);
