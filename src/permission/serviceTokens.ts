/**
 * How services begin their tokens, and what follows. One beginning for each service that has its own; `before` is what
 * goes ahead of it.
 */
const SERVICES: readonly (readonly [beginnings: string, rest: string, before?: string])[] = [
  ['hf_ lin_api_ lin_oauth_ nfp_ phx_ gsk_ pplx- fw_', '[A-Za-z0-9]{20,}'],
  ['vca_ vcp_ vck_ vci_ vcr_ vcs_', '[A-Za-z0-9]{20,}'],
  ['rzp_live_ rzp_test_', '[A-Za-z0-9]{14,}'],
  ['LTAI', '[A-Za-z0-9]{16,24}'],
  ['ATBB rnd_', '[A-Za-z0-9]{24,}'],
  ['aio_', '[A-Za-z0-9]{28}'],
  ['ntn_ xai- r8_ pnu_ apify_api_', '[A-Za-z0-9]{30,}'],
  ['cio AKID', '[A-Za-z0-9]{32}'],
  ['secret_ napi_ cfk_ cfut_ cfat_', '[A-Za-z0-9]{40,}'],
  ['EZAK EZTK', '[A-Za-z0-9]{50,}'],
  ['api_org_', '[A-Za-z]{30,}'],
  ['pcsk_ lsv2_pt_ lsv2_sk_ CCIPAT_ CCIPRJ_', '[A-Za-z0-9_]{20,}'],
  ['sgp_ vercel_blob_rw_ wandb_v1_', '[A-Za-z0-9_]{30,}'],
  ['nvapi-', '[A-Za-z0-9_-]{20,}'],
  ['sq0atp- sq0csp- sq0idp- NRAK- NRII- NRJS- NRRA- NRAA-', '[A-Za-z0-9_-]{20,}'],
  ['hvs. hvb. hvr. figd_ figo_ figu_ figr_ sbp_ sb_secret_', '[A-Za-z0-9_-]{20,}'],
  ['dckr_pat_ dckr_oat_', '[A-Za-z0-9_-]{20,}'],
  ['BSA', '[A-Za-z0-9_-]{24,}'],
  ['HRKU- tgp_v1_', '[A-Za-z0-9_-]{30,}'],
  ['CFPAT- y0_ y1_ y2_ y3_ jina_ nk-', '[A-Za-z0-9_-]{40,}'],
  ['pa-', '[A-Za-z0-9_-]{43}'],
  ['sl.', '[A-Za-z0-9_-]{60,}'],
  ['tvly-', '[A-Za-z0-9-]{20,}'],
  ['dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.', '[A-Za-z0-9._-]{20,}'],
  ['pscale_tkn_ pscale_pw_ pscale_oauth_', '[A-Za-z0-9_.-]{20,}'],
  ['ATATT3 ATCTT3', '[A-Za-z0-9_=-]{30,}'],
  ['duffel_test_ duffel_live_', '[A-Za-z0-9_=-]{40,}'],
  ['tfp_', '[A-Za-z0-9._=-]{40,}'],
  ['sntrys_ sntryu_ glsa_ glc_ ops_eyJ', '[A-Za-z0-9+/=_-]{20,}'],
  ['fm1_ fm2_ fm1r_ fm2r_ fm1a_ fm2a_', '[A-Za-z0-9+/=_-]{40,}'],
  ['shpat_ shpca_ shppa_ shpss_ shpua_ shptka_', '[A-Fa-f0-9]{20,}'],
  ['shpit_', '[a-f0-9]{20,}'],
  ['doo_v1_ dop_v1_ dor_v1_', '[a-f0-9]{30,}'],
  ['fc-', '[a-f0-9]{32}'],
  ['dapi', '[0-9a-f]{32}(?:-\\d)?'],
  ['pul- sqa_ sqp_ squ_ e2b_', '[a-f0-9]{40}'],
  ['rubygems_ sk_', '[a-f0-9]{40,}'],
  ['PMAK-', '[a-f0-9]{20,}-[a-f0-9]{20,}'],
  ['v1.0-', '[a-f0-9]{20,}-[a-f0-9]{40,}'],
  ['bkua_', '[a-z0-9]{30,}'],
  ['CLOJARS_ rdme_ csk-', '[a-z0-9]{40,}'],
  ['oy2', '[a-z0-9]{43}'],
  ['rpa_', '[A-Z0-9]{30,}[a-z0-9]{0,12}'],
  ['pat', '[A-Za-z0-9]{14}\\.[a-f0-9]{40,}'],
  ['dt0', '[a-z]\\d\\d\\.[A-Z0-9]{20,}\\.[A-Z0-9]{40,}'],
  ['sk.eyJ', '[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}'],
  ['tskey-', '[a-z]{3,10}-[A-Za-z0-9-]{10,}'],
  ['FLWSECK', '[A-Za-z_]*-[A-Za-z0-9-]{12,}'],
  ['hca hcb hcx', '[imlkr]{1,2}_[A-Za-z0-9]{40,}'],
  ['.atlasv1.', '[A-Za-z0-9_=-]{40,}', '[A-Za-z0-9]{14}'],
];

/** What every token of a service has in it, in lower case. */
export const SERVICE_HINTS: readonly string[] = SERVICES.flatMap(([beginnings]) =>
  beginnings.toLowerCase().split(' '),
);

export const SERVICE_TOKEN = new RegExp(
  `(?<![A-Za-z0-9])(?:${SERVICES.map(oneOf).join('|')})(?![A-Za-z0-9])`,
  'g',
);

function oneOf([beginnings, rest, before = '']: (typeof SERVICES)[number]): string {
  return `${before}(?:${beginnings.replaceAll('.', '\\.').replaceAll(' ', '|')})${rest}`;
}
