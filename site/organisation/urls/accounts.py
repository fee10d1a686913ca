"""Sign-in, sign-out, invitations, password change."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from organisation.views import accounts

urlpatterns = [
    path("login/", accounts.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", accounts.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("invitation/<str:token>/", accounts.InvitationView.as_view(), name="invitation"),
]
