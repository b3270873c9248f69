// The machine that the others are installed from: it makes the packages of the release and serves them.
param suffix string
param location string
param tags object
param subnetId string
param address string
param image object
param user string
param sshPublicKey string
param diagnosticsUri string
param userData string

var name = 'bootstrap-${suffix}'

resource card 'Microsoft.Network/networkInterfaces@2025-09-01' = {
  name: '${name}-nic'
  location: location
  tags: tags
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig'
        properties: {
          privateIPAllocationMethod: 'Static'
          privateIPAddress: address
          subnet: {
            id: subnetId
          }
        }
      }
    ]
  }
}

resource machine 'Microsoft.Compute/virtualMachines@2026-04-01' = {
  // checkov:skip=CKV_AZURE_97:Encryption at the host has to be allowed in the subscription first; turn it on where it is.
  // checkov:skip=CKV_AZURE_151:It runs Linux.
  // checkov:skip=CKV_AZURE_50:Extensions are how Azure runs commands in a machine, which repair may have to.
  name: name
  location: location
  tags: tags
  properties: {
    hardwareProfile: {
      vmSize: 'Standard_D2s_v3'
    }
    storageProfile: {
      imageReference: image
      osDisk: {
        createOption: 'FromImage'
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
      }
    }
    osProfile: {
      computerName: name
      adminUsername: user
      customData: base64(userData)
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: {
          publicKeys: [
            {
              path: '/home/${user}/.ssh/authorized_keys'
              keyData: sshPublicKey
            }
          ]
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: card.id
        }
      ]
    }
    diagnosticsProfile: {
      bootDiagnostics: {
        enabled: true
        storageUri: diagnosticsUri
      }
    }
  }
}
