"""Amounts of $ASHAO and ether: integers of wei (10^-18), in the database as NUMERIC, in JSON as strings of digits."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from ashao_site.chain.notation import WEI_PER_ASHAO

SUPPLY_WEI = 10**9 * WEI_PER_ASHAO
WEI_DIGITS = 60  # stake × seconds of the whole supply over ten thousand years still fits


if TYPE_CHECKING:
    _WholeField = models.DecimalField[int, int]
else:  # Django's fields know no type arguments when they run
    _WholeField = models.DecimalField


class WeiField(_WholeField):
    """A whole number too large for a bigint; `int` in Python."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": WEI_DIGITS, "decimal_places": 0})

    def from_db_value(self, value: Decimal | None, *_: object) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> Any:
        """As an integer. Raises ValidationError for anything that is no whole number."""
        if value is None or isinstance(value, int):
            return value
        number = super().to_python(value)
        if number != number.to_integral_value():
            raise ValidationError("This is not a whole number of wei.")
        return int(number)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As NUMERIC, whatever its size."""
        whole = self.to_python(value)
        return None if whole is None else Decimal(whole)

    def deconstruct(self) -> Any:
        """Without the sizes, which are always the same."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_digits", None)
        kwargs.pop("decimal_places", None)
        return name, path, args, kwargs


def format_ashao(amount_wei: int) -> str:
    """An amount for people, `1,234.5`: every digit that is not a zero at the end."""
    whole, rest = divmod(abs(amount_wei), WEI_PER_ASHAO)
    decimals = f"{rest:018d}".rstrip("0")
    return f"{'-' if amount_wei < 0 else ''}{whole:,}{'.' if decimals else ''}{decimals}"
