/** The most concurrent users that a server holds, each sending its next request at once when it has its reply. */
export interface Search {
  readonly first: number;
  /** From one try to the next: up as long as all goes well, or down until it does. */
  readonly factor: number;
  readonly most: number;
  /** When the answer is near enough: the least failure above the most success, as a part of it. 0 does not narrow. */
  readonly near: number;
}

export async function usersHeld(holds: (users: number) => Promise<boolean>, search: Search): Promise<number> {
  const { first, factor, most, near } = search;
  let held = 0;
  let failed = Number.POSITIVE_INFINITY;
  const attempt = async (users: number): Promise<boolean> => {
    const isHeld = await holds(users);
    if (isHeld) held = users;
    else failed = users;
    return isHeld;
  };
  let users = first;
  let goesOn = await attempt(first);
  const isUp = goesOn;
  while (isUp ? goesOn && users * factor <= most : !goesOn && users > 1) {
    users = isUp ? users * factor : Math.max(1, Math.floor(users / factor));
    goesOn = await attempt(users);
  }
  while (near > 0 && failed <= most && failed - held > Math.max(1, held * near)) {
    await attempt(Math.round((held + failed) / 2));
  }
  return held;
}
