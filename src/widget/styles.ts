/** Colours are of at least 4.5 : 1 to what they stand on, in both themes (WCAG 2.2, 1.4.3). Sides are logical, for right to left. */
export const styles = `
:host{display:block;inline-size:fit-content;max-inline-size:100%;
--ink:#16181d;--soft:#5b6170;--paper:#fff;--line:#e3e5ea;--accent:var(--qr-login-accent,#2457d6);--on:var(--qr-login-on-accent,#fff);--good:#11734b;--bad:#b3261e;color-scheme:light}
:host([data-dark]){--ink:#f1f2f5;--soft:#a9afbd;--paper:#1b1d23;--line:#343842;--accent:var(--qr-login-accent,#8fb0ff);--on:var(--qr-login-on-accent,#10131a);--good:#6fd3a4;--bad:#ffb4ab;color-scheme:dark}
:host([hidden]){display:none}
*{box-sizing:border-box;margin:0}
.box{inline-size:300px;max-inline-size:100%;padding:24px 20px 20px;border:1px solid var(--line);border-radius:20px;background:var(--paper);color:var(--ink);
font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif;text-align:center;display:grid;justify-items:center;gap:14px;align-content:center}
.title{font-size:18px;line-height:1.3;font-weight:650;letter-spacing:-.01em}
.frame{position:relative;inline-size:240px;block-size:240px;max-inline-size:100%;border-radius:14px;background:#fff;overflow:hidden;box-shadow:0 0 0 1px var(--line)}
.code{display:block;inline-size:100%;block-size:100%;transition:opacity .25s,filter .25s}
.box[data-kind=loading] .code{opacity:0}
.box:not([data-kind=waiting],[data-kind=loading]) .code{opacity:.12;filter:blur(6px)}
.veil{position:absolute;inset:0;display:grid;place-content:center;justify-items:center;gap:10px;padding:16px;color:#16181d;font-weight:600;overflow-wrap:anywhere}
.mark{inline-size:72px;block-size:72px;border-radius:50%;display:grid;place-content:center;background:#e9edf7;color:#2457d6;font-size:30px;line-height:1;object-fit:cover}
[data-kind=succeeded] .mark{background:#dff3e9;color:#11734b}
[data-kind=cancelled] .mark,[data-kind=failed] .mark{background:#fbe5e3;color:#b3261e}
.mark svg{inline-size:34px;block-size:34px;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.spin{animation:spin 1s linear infinite}
.middle{position:absolute;inset-block-start:50%;inset-inline:0;translate:0 -50%}
.middle span{background:#fff;padding:2px 8px;border-radius:6px;font-weight:600;color:#16181d}
.state{min-block-size:1.45em;font-weight:500}
[data-kind=failed] .state,[data-kind=cancelled] .state{color:var(--bad)}
[data-kind=succeeded] .state{color:var(--good)}
.left{color:var(--soft);font-size:13px;font-variant-numeric:tabular-nums;inline-size:240px;max-inline-size:100%;display:grid;gap:8px}
.bar{block-size:3px;border-radius:2px;background:var(--line);overflow:hidden}
.bar i{display:block;block-size:100%;background:var(--accent);transform-origin:left;transition:transform 1s linear}
:host(:dir(rtl)) .bar i,.box[dir=rtl] .bar i{transform-origin:right}
button{font:inherit;font-weight:600;min-block-size:44px;padding:10px 20px;border-radius:12px;border:0;background:var(--accent);color:var(--on);cursor:pointer}
button.quiet{background:none;color:var(--accent);font-weight:500;padding-inline:10px}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
[hidden]{display:none!important}
@keyframes spin{to{rotate:1turn}}
@keyframes rise{from{opacity:0;scale:.8}}
.veil>*{animation:rise .25s ease-out}
.veil .spin{animation:spin 1s linear infinite}
@media (prefers-reduced-motion:reduce){*,.veil>*{animation:none!important;transition:none!important}}
@media (forced-colors:active){.box,.frame,button{border:1px solid}}
`;
