"""An account: what a person sees of all that is theirs, in whichever app it is, and what they do with it.

Here is nothing of its own: a call is parsed, the app below is asked, the answer is put into words. Who a person is,
and how they prove it, is `ashao_site.accounts`.
"""
