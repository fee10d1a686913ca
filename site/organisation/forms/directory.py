"""Search the directory."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DirectoryForm(forms.Form):
    """A search in the directory."""

    q = forms.CharField(
        label=_("Name or pinyin"),
        required=False,
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "class": "form-control",
                "placeholder": "张三、zhangsan、zs",
                "autocomplete": "off",
            }
        ),
    )
