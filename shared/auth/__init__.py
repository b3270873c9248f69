"""Who may tell us something by HTTP, where the platform does not check it for us.

    logins    a bearer token, or user name and password, from the app's settings: for Alertmanager
    entra     a token of Microsoft Entra: for Azure Monitor's secure webhook
    gate      which of them opens which door

Function keys are checked by the Functions host before our code runs. Everything here is closed until it is configured.
"""
