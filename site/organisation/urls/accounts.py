"""Sign-in and sign-out, one's own account, invitations and resets, roles, what was told about accounts."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from organisation.views import accounts, grants, own_account, resets, sessions

urlpatterns = [
    path("", own_account.AccountView.as_view(), name="account"),
    path("address/", own_account.AddressView.as_view(), name="address"),
    path("address/stop/", own_account.StopAddressView.as_view(), name="address_stop"),
    path("login/", accounts.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", accounts.PasswordChangeDoneView.as_view(), name="password_change_done"),
    path("invitation/<str:token>/", accounts.InvitationView.as_view(), name="invitation"),
    path("roles/", grants.RolesView.as_view(), name="roles"),
    path("roles/confirm/", grants.ConfirmRolesView.as_view(), name="roles_confirm"),
    path("roles/<int:pk>/withdraw/", grants.WithdrawRoleView.as_view(), name="role_withdraw"),
    path("sessions/", sessions.SessionsView.as_view(), name="sessions"),
    path("resets/", resets.ResetsView.as_view(), name="resets"),
    path("resets/ask/", resets.AskOwnerView.as_view(), name="reset_ask"),
    path("resets/mine/<str:token>/", resets.OwnResetView.as_view(), name="reset_mine"),
    path("resets/<int:pk>/confirm/", resets.ConfirmResetView.as_view(), name="reset_confirm"),
    path("resets/<int:pk>/withdraw/", resets.WithdrawResetView.as_view(), name="reset_withdraw"),
    path("resets/<int:pk>/settle/", resets.SettleResetView.as_view(), name="reset_settle"),
    path("notices/", grants.AccountNoticesView.as_view(), name="account_notices"),
]
