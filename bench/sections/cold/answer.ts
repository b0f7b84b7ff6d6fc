/** Answers with the dashboard of the user with this id, as the JSON text that a route would send. */
export type Answer = (userId: number) => Promise<string>;
