/**
 * The icons that Guard shows while a user signs in by a code: code scanned, new code, list of languages, close. Guard
 * puts the text into its page and refers to a symbol by its id; a symbol that is missing shows nothing. None of them
 * has a style, so that they need no exception in a content security policy.
 */
export const guardIcons = `<svg xmlns="http://www.w3.org/2000/svg">
<symbol id="authing-checkbox-circle-fill" viewBox="0 0 24 24">
<path fill="currentColor" fill-rule="evenodd" d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm-1.4 14.6 7.1-7.1-1.4-1.4-5.7 5.6-2.9-2.8-1.4 1.4z"/>
</symbol>
<symbol id="authing-refer-qr-code" viewBox="0 0 24 24">
<path fill="none" stroke="#fff" stroke-width="2" d="M19.4 9A8 8 0 1 0 20 12"/>
<path fill="#fff" d="M21 3v7h-7z"/>
</symbol>
<symbol id="authing-arrow-down-s-fill" viewBox="0 0 24 24">
<path fill="currentColor" d="M7 9h10l-5 6z"/>
</symbol>
<symbol id="authing-close-line" viewBox="0 0 24 24">
<path fill="none" stroke="currentColor" stroke-width="2" d="M5 5l14 14M19 5L5 19"/>
</symbol>
</svg>
`;
