"""What a browser is asked about a page: what does not fit, what can hardly be read."""

from __future__ import annotations

OUTSIDE = """[...document.querySelectorAll('main > section *')].filter(each => {
  const box = each.getBoundingClientRect();
  const within = each.closest('main > section').getBoundingClientRect();
  const hidden = each.closest('.hidden, thead, .wide, svg, pre') !== null;
  return !hidden && box.width > 0 && box.right > within.right - 1;
}).map(each => each.outerHTML.slice(0, 120))"""
"""Elements that reach over the right edge of their section."""

FAINT = """(() => {
  const parts = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = each => {
    for (let at = each; at; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return parts(getComputedStyle(document.body).backgroundColor);
  };
  return [...document.querySelectorAll('body *')].filter(each => {
    const own = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || each.closest('svg, .skip')) return false;
    const [a, b] = [light(parts(getComputedStyle(each).color)), light(behind(each))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
  }).map(each => each.outerHTML.slice(0, 120));
})()"""
"""Elements whose text has less than 4.5 to 1 of contrast with what is behind it."""
