// What the page asks the service. The token comes behind `#` of the address, which no browser sends to a server, and stays in
// this tab.

const KEY = 'hotpath-inspector-token';

const given = /^#token=(.+)$/.exec(location.hash)?.[1];
if (given) {
  sessionStorage.setItem(KEY, decodeURIComponent(given));
  history.replaceState(null, '', '#/requests');
}

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const setToken = (token) => sessionStorage.setItem(KEY, token.trim());

/** @throws {ApiError} with the detail of the problem document */
export async function ask(path, body) {
  const headers = { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}` };
  const sent = body && {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { ...headers, 'content-type': 'application/json' },
  };
  const reply = await fetch(`api/${path}`, { headers, cache: 'no-store', ...sent });
  const text = await reply.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (reply.ok) return answer;
  throw new ApiError(reply.status, answer.detail ?? answer.message ?? reply.statusText);
}
