/** The credentials of a replayed request: a token for its viewer's role, a token that is signed for the viewer, or its own. */

import { ReplayError, type TrafficRequest, type TrafficViewer } from './recorded-traffic.ts';
import type { SentRequest } from './replayed-service.ts';

/** Signs a token for a viewer; undefined where no secret is known. */
export type SignFor = (viewer: TrafficViewer) => string | undefined;

export interface TokenSources {
  /** Tokens by role, which count before all. */
  readonly given: ReadonlyMap<string, string>;
  readonly sign: SignFor;
}

export class ViewerTokens {
  readonly #sources: TokenSources;
  readonly #signed = new Map<string, string | undefined>();

  constructor(sources: TokenSources) {
    this.#sources = sources;
  }

  /** @throws {ReplayError} if there are no credentials for its viewer. */
  sent({ path, headers, credentials, viewer }: TrafficRequest): SentRequest {
    if (!viewer) return { path, headers: { ...headers, ...credentials } };
    const token = this.#sources.given.get(viewer.role) ?? this.#signedFor(viewer);
    if (token !== undefined) return { path, headers: { ...headers, authorization: `Bearer ${token}` } };
    if (credentials['authorization'] !== undefined) return { path, headers: { ...headers, ...credentials } };
    const { role } = viewer;
    throw new ReplayError(
      `The file has requests of the role ${role}: give --token ${role}=…, or set JWT_SECRET, which signs a token for each subject.`,
    );
  }

  #signedFor(viewer: TrafficViewer): string | undefined {
    const key = JSON.stringify([viewer.role, viewer.subject]);
    if (!this.#signed.has(key)) this.#signed.set(key, this.#sources.sign(viewer));
    return this.#signed.get(key);
  }
}
