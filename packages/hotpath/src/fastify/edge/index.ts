/** `hotpath/edge`: the edge of a server: problem documents, connections that end well, and incoming bodies. */

export { unstorableIn } from '../../http/body.ts';
export { canonicalAddress } from '../../http/client-address.ts';
export { BODY_ENCODINGS, type BodyEncoding, bodyEncodingOf, expand } from '../../http/content-encoding.ts';
export { ENCODINGS, type Encoding } from '../../http/encoding.ts';
export { etagIn, etagOf } from '../../http/etag.ts';
export { countNames, mustNameOnce } from '../../http/json-body.ts';
export { PROBLEM_MEDIA_TYPE, type Problem, type ProblemPart, problemOf } from '../../http/problem.ts';
export { type LinkSigner, linkSigner } from '../../http/signed-link.ts';
export { isArriving, readBody } from './arrival.ts';
export { connections } from './connections.ts';
export { requestErrorOf } from './known-errors.ts';
export { LATE, pathOf, problems } from './problems.ts';
