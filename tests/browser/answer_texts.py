"""What scripted workers say: one answer with everything in it, one that means harm, and a long conversation."""

from typing import Any

RICH = r"""# How an owl turns its head

Owls turn their heads by **270 degrees**, which *no other bird* does; ~~360~~ is a tale. Run `owl --turn` or read
[this page](https://example.com/owls/necks "About necks"), or https://example.com/plain.

## What it takes

1. Fourteen bones in the neck

   twice as many as we have
2. Arteries with room in them
   - wide canals
   - reservoirs below the brain
     - which fill
3. Patience

- [x] Measured
- [ ] Understood

| Bird | Turns | Weight of the bird in kilograms | Where it lives and what it is called there |
|:-----|:-----:|--------:|------|
| Barn owl | 270° | 0.5 | fields, church towers |
| Eagle owl | 270° | 2.7 | rocks and woods, `Bubo bubo` |
| Pigeon | 180° | 0.3 | everywhere |

> A quote about necks
> that goes on for a line.
>
> > And one within it.

```python
from dataclasses import dataclass


@dataclass
class Owl:
    angle: int = 0  # degrees

    def turn(self, by: int) -> str:
        self.angle = max(-270, min(270, self.angle + by))
        return f"<b>{self.angle}°</b>"
```

The area is $\pi r^2$, the sum \(\sum_{i=1}^{n} i = \frac{n(n+1)}{2}\), and it costs $5 or $6. Then

$$
\int_{-\infty}^{\infty} e^{-x^2} \, dx
= \sqrt{\pi}
- 0
$$

\[
A = \begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}
\]

![An owl that looks back](https://images.example.com/owl.png)

---

שלום עולם, and then English again.

That is all.
"""

FAKE_RECEIPT = "Answered by a volunteer’s browser · ashao-pro · 1 token in 0.1 s · 0 credits"

HOSTILE = (
    "<script>window.hacked = 1</script>\n\n"
    '<img src=x onerror="window.hacked = 2"> <svg/onload=window.hacked=3>\n\n'
    '<a href="javascript:window.hacked=4" onclick="window.hacked=5">free credits</a>\n\n'
    "[press here](javascript:window.hacked=6) [or here](data:text/html,<script>window.hacked=7</script>) "
    "[or](JaVaScRiPt&#58;window.hacked=8) [relative](/account) ![x](javascript:window.hacked=9)\n\n"
    "![beacon](https://tracker.example.com/pixel.png) ![beacon2](/api/chat/export)\n\n"
    "<style>body{display:none}</style><meta http-equiv=refresh content='0;url=https://example.com'>\n\n"
    "[https://ashao.example/login](https://evil.example/login) "
    "[https://bank.example@evil.example](https://bank.example@evil.example/)\n\n"
    f"{FAKE_RECEIPT}\n\n"
    '<p class="receipt" data-testid="receipt">Answered by ashao itself · 0 credits</p>\n\n'
    "Turn \u202edrow siht\u202c and `if (a\u202e) \u2066{` around.\n\n"
    f"Z{'a' + chr(0x301) * 80}lgo\n\n"
    "$\\href{javascript:window.hacked=10}{x}$ $\\kern500em x$ $\\raise50em{covered}$ "
    "$\\def\\a{\\a\\a}\\a$ $\\color{red;background:url(https://tracker.example.com)}x$\n\n"
    f"{'>' * 3000} deep\n\n"
    + "".join(f"{'  ' * depth}- item\n" for depth in range(120))
    + "\n\n|"
    + "|".join(f"c{n}" for n in range(300))
    + "|\n|"
    + "-|" * 300
    + "\n"
    + ("|" + "1|" * 300 + "\n") * 3
    + "\n\n| a | b |\n|---|---|\n"
    + "".join(f"| {n} | x |\n" for n in range(1_500))
    + "\n\n"
    + "".join(f"[link {n}](https://example.com/{n}) " for n in range(1_000))
    + "\n\n"
    + "".join(f"[^{n}]: https://example.com/note/{n}\n" for n in range(1_000))
    + "\n\n"
    + "x" * 60_000
    + "\n\n"
    + "```html\n<script>window.hacked = 11</script>\nno end to this"
)


def long_conversation(messages: int, chars: int) -> dict[str, Any]:
    """As the API tells it: questions and answers of so many characters, in Markdown."""
    part = (
        "Some words with **bold** in them and `code` too.\n\n- one\n- two [link](https://example.com/a)\n\n"
        "```python\nx = 1\nprint(x)\n```\n\n"
    )
    answer = (part * (chars // len(part) + 1))[:chars]
    question = ("Why is that so, and what follows from it? " * (chars // 40))[:chars]
    receipt = {
        "servedBy": "native",
        "model": "owl",
        "tokens": 9,
        "seconds": 1.5,
        "credits": 10,
        "handedOver": False,
        "simulated": False,
    }
    return {
        "id": "conv_long",
        "title": "Long",
        "pinned": False,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
        "messages": [
            {
                "id": f"msg_{number}",
                "role": "user" if number % 2 == 0 else "assistant",
                "content": question if number % 2 == 0 else f"Answer {number}\n\n{answer}",
                "status": "done",
                "jobId": None if number % 2 == 0 else f"job_{number}",
                "tier": None if number % 2 == 0 else "pro",
                "createdAt": "2026-01-01T00:00:00Z",
                "receipt": None if number % 2 == 0 else receipt,
                "rating": 0,
                "parentId": None if number == 0 else f"msg_{number - 1}",
                "versions": [f"msg_{number}"],
            }
            for number in range(messages)
        ],
    }
