"""A sign-in has one name and no time of the last one."""

import pytest

from organisation.models import User


@pytest.mark.parametrize(("name", "shown"), [("张三", "张三"), ("", "zhangsan")])
def test_name_is_as_written_or_the_user_name(name: str, shown: str) -> None:
    user = User(username="zhangsan", name=name)

    assert (str(user), user.get_full_name(), user.get_short_name()) == (shown, shown, shown)


def test_no_moment_of_signing_in_is_kept() -> None:
    assert "last_login" not in {field.name for field in User._meta.get_fields()}
