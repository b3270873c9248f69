// What the app has to know and nobody else may: tokens of Alertmanager, addresses of chat rooms. A person puts them in;
// the app's settings refer to them by name.
param name string
param location string
param tags object

@description('Principal id of the identity of the app, which reads.')
param principalId string
param subnetId string

@description('Public addresses of people, who put secrets in.')
param people array

// Key Vault Secrets User.
var reader = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  // checkov:skip=CKV_AZURE_189:It has a public name and lets in one subnet alone, as the storage account does.
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      virtualNetworkRules: [
        {
          id: subnetId
        }
      ]
      ipRules: [for one in people: {
        value: one
      }]
    }
  }
}

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, reader)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', reader)
  }
}

output uri string = vault.properties.vaultUri
output name string = vault.name
