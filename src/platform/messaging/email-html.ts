interface Email {
  language: string;
  subject: string;
  /** Paragraphs with an empty line between them; the one that is the link becomes the button. */
  body: string;
  footer: string;
  button: { link: string; label: string } | undefined;
}

/** The HTML part of an e-mail, made from its plain text: no pictures, nothing loaded, readable without styles. */
export function emailHtml({ language, subject, body, footer, button }: Email): string {
  const parts = body
    .split(/\n{2,}/)
    .map((part) => (button && part.trim() === button.link ? buttonHtml(button) : paragraph(part)));
  return `<!doctype html>
<html lang="${escape(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(subject)}</title></head>
<body style="margin:0;padding:24px;background:#f5f7fa;color:#0b1f33;font:16px/1.5 system-ui,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:32px;background:#fff;border-radius:8px">
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${escape(subject)}</h1>
${parts.join('\n')}
<p style="margin:24px 0 0;color:#52606d;font-size:14px">${lines(footer)}</p>
</div>
</body>
</html>
`;
}

/** The address stands under the button too, for readers that show no links. */
function buttonHtml({ link, label }: { link: string; label: string }): string {
  const style =
    'display:inline-block;padding:12px 24px;border-radius:8px;background:#0a5bc4;color:#fff;text-decoration:none';
  return `<p style="margin:24px 0 8px"><a href="${escape(link)}" style="${style}">${escape(label)}</a></p>
<p style="margin:0 0 16px;color:#52606d;font-size:14px;word-break:break-all">${escape(link)}</p>`;
}

function paragraph(text: string): string {
  return `<p style="margin:0 0 16px">${lines(text)}</p>`;
}

function lines(text: string): string {
  return escape(text).replaceAll('\n', '<br>');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}
