/** All pages of a call, each a call of its own. */
export async function* pagesOf<P extends { NextToken?: string | undefined }>(
  callFor: (next: { NextToken?: string }) => Promise<P>,
): AsyncIterable<P> {
  let page: P | undefined;
  do {
    page = await callFor(page?.NextToken === undefined ? {} : { NextToken: page.NextToken });
    yield page;
  } while (page.NextToken !== undefined);
}
