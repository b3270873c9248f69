// Who the app is: one identity for storage, Azure Resource Manager, Event Hubs, secrets and telemetry. Assigned by the
// user, so that its roles exist before the app does, and stay when the app is made anew.
param name string
param location string
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
