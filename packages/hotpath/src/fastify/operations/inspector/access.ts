/** Access to the inspector's data: by its token, or by the service's own rule. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { requestError } from '../../../http/errors.ts';

const LEAST_TOKEN = 16;
const TOKEN_BYTES = 18;

interface AccessOptions {
  readonly token?: string;
  readonly mayInspect?: (request: FastifyRequest) => boolean;
}

export class InspectorAccess {
  /** Undefined where only `mayInspect` decides. */
  readonly token: string | undefined;
  /** Whether the token was made here. */
  readonly isMade: boolean;
  readonly #mayInspect: (request: FastifyRequest) => boolean;

  /** @throws {TypeError} for a token that can be guessed. */
  constructor({ token, mayInspect }: AccessOptions) {
    if (token !== undefined && token.length < LEAST_TOKEN) {
      throw new TypeError(`hotpath/inspector: \`token\` must have at least ${LEAST_TOKEN} characters.`);
    }
    this.isMade = token === undefined && mayInspect === undefined;
    this.token = this.isMade ? randomBytes(TOKEN_BYTES).toString('base64url') : token;
    this.#mayInspect = mayInspect ?? (() => false);
  }

  /** @throws 401 or 403 for a request that may not look. */
  check(request: FastifyRequest): void {
    const { authorization = '' } = request.headers;
    if (this.token !== undefined && isSame(authorization, `Bearer ${this.token}`)) return;
    if (this.#mayInspect(request)) return;
    const detail = 'The inspector accepts its token, or a viewer whom the service permits.';
    throw requestError(request.viewer?.subject === undefined ? 'unauthenticated' : 'forbidden', detail);
  }
}

const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));
const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
