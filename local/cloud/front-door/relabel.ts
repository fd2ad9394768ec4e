/** Old scripts send JSON with curl's default label; the real gateway in front of a form label would mangle the body. */

/** The content type the body should have had. */
export const honestContentType = (contentType: string, body: string): string =>
  contentType.includes('x-www-form-urlencoded') && body.trimStart().startsWith('{') ? 'application/json' : contentType;
